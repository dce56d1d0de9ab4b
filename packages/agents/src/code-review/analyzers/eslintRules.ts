import type { Linter } from 'eslint';

/** What is wrong whatever was meant. */
const MISTAKES = [
  'constructor-super',
  'for-direction',
  'getter-return',
  'no-async-promise-executor',
  'no-class-assign',
  'no-compare-neg-zero',
  'no-const-assign',
  'no-debugger',
  'no-dupe-args',
  'no-dupe-class-members',
  'no-dupe-else-if',
  'no-dupe-keys',
  'no-duplicate-case',
  'no-ex-assign',
  'no-func-assign',
  'no-import-assign',
  'no-invalid-regexp',
  'no-new-native-nonconstructor',
  'no-obj-calls',
  'no-self-assign',
  'no-self-compare',
  'no-setter-return',
  'no-sparse-arrays',
  'no-this-before-super',
  'no-unexpected-multiline',
  'no-unreachable',
  'no-unreachable-loop',
  'no-unsafe-finally',
  'no-unsafe-negation',
  'no-unsafe-optional-chaining',
  'use-isnan',
  'valid-typeof',
] as const;

/** What is hardly ever meant. */
const DOUBTS = [
  'array-callback-return',
  'no-case-declarations',
  'no-cond-assign',
  'no-constant-binary-expression',
  'no-constructor-return',
  'no-delete-var',
  'no-empty',
  'no-empty-character-class',
  'no-empty-pattern',
  'no-eval',
  'no-extra-boolean-cast',
  'no-fallthrough',
  'no-global-assign',
  'no-implied-eval',
  'no-irregular-whitespace',
  'no-loss-of-precision',
  'no-misleading-character-class',
  'no-new-func',
  'no-octal',
  'no-prototype-builtins',
  'no-regex-spaces',
  'no-shadow-restricted-names',
  'no-template-curly-in-string',
  'no-unused-labels',
  'no-unused-private-class-members',
  'no-useless-backreference',
  'no-useless-catch',
  'no-useless-escape',
  'no-with',
  'require-yield',
] as const;

/** The compiler finds these, and knows overloads. */
const NOT_IN_TYPESCRIPT = [
  'constructor-super',
  'getter-return',
  'no-class-assign',
  'no-const-assign',
  'no-dupe-args',
  'no-dupe-class-members',
  'no-dupe-keys',
  'no-func-assign',
  'no-import-assign',
  'no-new-native-nonconstructor',
  'no-obj-calls',
  'no-setter-return',
  'no-this-before-super',
  'no-unreachable',
  'no-unsafe-negation',
  'no-with',
];

const SEVERITIES = new Map<string, 'error' | 'warning'>([
  ...MISTAKES.map(rule => [rule, 'error'] as const),
  ...DOUBTS.map(rule => [rule, 'warning'] as const),
]);

/** How much a rule matters. */
export function eslintSeverity(rule: string): 'error' | 'warning' {
  return SEVERITIES.get(rule) ?? 'warning';
}

/** The rules that are looked at: mistakes and doubts, no style. */
export function eslintRules(isTypeScript: boolean): Linter.RulesRecord {
  const rules: Linter.RulesRecord = Object.fromEntries(
    [...MISTAKES, ...DOUBTS].map(rule => [rule, 'error'] as const),
  );
  rules['no-empty'] = ['error', { allowEmptyCatch: true }];
  rules['no-unused-vars'] = [
    'error',
    {
      // Parameters and what is destructured away are often there for their place.
      args: 'none',
      caughtErrors: 'none',
      ignoreRestSiblings: true,
      varsIgnorePattern: '^_',
      destructuredArrayIgnorePattern: '^_',
    },
  ];
  if (isTypeScript) {
    for (const rule of NOT_IN_TYPESCRIPT) {
      rules[rule] = 'off';
    }
  }
  return rules;
}
