#!/usr/bin/env node
import * as cdk from 'aws-cdk-lib/core';
import { ArcadeStack } from '../lib/arcade-stack';

const app = new cdk.App();
new ArcadeStack(app, 'Arcade');
