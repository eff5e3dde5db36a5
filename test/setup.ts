/** Runs in each test file. Files that share a process load every module once, so a module can't tidy up after each file by itself. */
import { afterAll } from 'vitest';
import { removeTemporary } from './temporary.ts';

afterAll(removeTemporary);
