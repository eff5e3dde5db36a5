#!/usr/bin/env node
import * as cdk from 'aws-cdk-lib/core';
import { ArcadeStack } from '../lib/arcade-stack';
import { LiveStack } from '../lib/live-stack';

const app = new cdk.App();
new ArcadeStack(app, 'Arcade');
new LiveStack(app, 'ArcadeLive');
