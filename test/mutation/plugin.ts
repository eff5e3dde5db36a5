/** Stryker's plugins: one runs the tests, one sends each result to the parent process, one leaves out what is no contract. */
import type { MutantResult } from '@stryker-mutator/api/core';
import type { NodePath } from '@stryker-mutator/api/ignore';
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { MutationTestingPlanReadyEvent, Reporter } from '@stryker-mutator/api/report';
import { quickRunner } from './runner.ts';

/** A mutant's outcome. */
export interface Outcome {
  /** Stryker runs elsewhere: an absolute path. */
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  readonly replacement: string;
  readonly status: MutantResult['status'];
}

export type MutationMessage =
  | { readonly kind: 'plan'; readonly files: readonly string[] }
  | { readonly kind: 'outcome'; readonly outcome: Outcome };

const send = (message: MutationMessage) => process.send?.(message);

class ParentReporter implements Reporter {
  onMutationTestingPlanReady({ mutantPlans }: MutationTestingPlanReadyEvent): void {
    send({ kind: 'plan', files: mutantPlans.map(({ mutant }) => mutant.fileName) });
  }

  onMutantTested(result: Readonly<MutantResult>): void {
    const { fileName, location, mutatorName, replacement = '', status } = result;
    send({
      kind: 'outcome',
      outcome: { file: fileName, line: location.start.line, mutator: mutatorName, replacement, status },
    });
  }
}

interface Node {
  readonly type: string;
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly unknown[];
}

/**
 * The sentence of an error, `new Problem(code, sentence)` or `new Error(sentence)`: it is for people, may change at any time, and
 * nothing may match on it. Codes, log names and all other texts are mutated.
 */
const sentences = {
  shouldIgnore(path: NodePath): string | undefined {
    const { node, parent } = path as unknown as { node: Node; parent?: Node };
    if (!/^(StringLiteral|TemplateLiteral)$/.test(node.type) || parent?.type !== 'NewExpression') return;
    const sentence = { Problem: 1, Error: 0 }[parent.callee?.name ?? ''];
    if (sentence === undefined || parent.arguments?.[sentence] !== node) return;
    return 'an error’s sentence is no contract';
  },
};

export const strykerPlugins = [
  quickRunner,
  declareClassPlugin(PluginKind.Reporter, 'parent', ParentReporter),
  declareValuePlugin(PluginKind.Ignore, 'sentences', sentences),
];
