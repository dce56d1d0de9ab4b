import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseWorkflow } from './parseWorkflow';
import { WorkflowProgram } from './WorkflowProgram';

const EXAMPLES = resolve(__dirname, '../../../../../examples/workflows');

const HEAD = `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata:
  name: sample
spec:
  version: 1.0.0
`;

/** A step of a workflow that needs nothing but its id. */
const PLAIN = `    - id: build
      task: { title: Build, capabilities: [build] }
`;

const steps = (text: string) => `${HEAD}  steps:\n${text}`;

const after = (text: string) => steps(`${PLAIN}${text}`);

const spec = (text: string) => `${HEAD}${text}  steps:\n${PLAIN}`;

/** Takes the marks out of a text and says where they were. */
function marked(text: string): {
  source: string;
  places: { line: number; column: number }[];
} {
  const parts = text.split('»');
  const places = parts.slice(1).map((_, index) => {
    const lines = parts
      .slice(0, index + 1)
      .join('')
      .split('\n');
    return { line: lines.length, column: lines.at(-1)!.length + 1 };
  });
  return { source: parts.join(''), places };
}

function problemsOf(text: string) {
  const knowsOperation = (id: string) => id === 'tasks.create';
  return parseWorkflow(text, { knowsOperation }).problems;
}

/** What is wrong, with a » where it is. */
const TABLE: [title: string, text: string, ...messages: string[]][] = [
  [
    'a key that stands twice',
    `${HEAD}  »version: 1.1.0\n  steps:\n${PLAIN}`,
    'this key is there already; a key may stand once in a map',
  ],
  [
    'an anchor and its alias',
    steps(
      '    - id: a\n      task: &t »{ title: A, capabilities: [a] }\n    - id: b\n      task: »*t\n',
    ),
    'anchors are not accepted; remove it',
    'aliases are not accepted; write the value out',
  ],
  [
    'a text with a colon and no quotes',
    steps(
      '    - id: a\n      if: »${{ true ? true : false }}\n      task: { title: A, capabilities: [a] }\n',
    ),
    'a text that holds ": " must stand in quotes, or on its own lines after |',
  ],
  [
    'a second document',
    `${steps(PLAIN)}»---\na: 1\n`,
    'a workflow is one YAML document; remove everything from ---',
  ],
  [
    'a tag',
    steps('    - id: a\n      task: { title: »!js A, capabilities: [a] }\n'),
    'tags are not accepted; texts, numbers, true, false, null, lists and maps are',
  ],
  [
    'a key that reaches for prototypes',
    steps(
      '    - id: a\n      task: { title: A, capabilities: [a], input: { »__proto__: { a: 1 } } }\n',
    ),
    '__proto__ is not accepted as a key',
  ],
  [
    'a number where a version belongs',
    `apiVersion: devart.ai/v1alpha1\nkind: Workflow\nmetadata:\n  name: sample\nspec:\n  version: »1.0\n  steps:\n${PLAIN}`,
    'must be text, not a number; put it in quotes',
  ],
  [
    'an unknown kind of step',
    steps('    - id: a\n      »taks: { title: A, capabilities: [a] }\n'),
    'unknown key "taks"; did you mean "task"?',
  ],
  [
    'an unknown key of a task',
    steps(
      '    - id: a\n      task: { titel: A, title: A, capabilities: [a] }\n'.replace(
        'titel',
        '»titel',
      ),
    ),
    'unknown key "titel"; did you mean "title"?',
  ],
  [
    'an unknown key with nothing near it',
    steps(
      '    - id: a\n      retry: { maxAttempts: 2, »zzzzzz: 1 }\n      task: { title: A, capabilities: [a] }\n',
    ),
    'unknown key "zzzzzz"; accepted are maxAttempts, delay, maxDelay',
  ],
  [
    'an unknown trigger and a missing topic',
    spec('  triggers:\n    - type: »webhok\n    - »type: event\n'),
    'must be one of schedule, event, webhook; did you mean "webhook"?',
    'is missing; it must be text',
  ],
  ['no steps at all', `${HEAD}  steps: »[]\n`, 'must have at least 1 entry'],
  [
    'two kinds of step in one',
    steps(
      '    - »id: a\n      task: { title: A, capabilities: [a] }\n      wait: { for: 1s }\n',
    ),
    'must have exactly one of task, operation, approval, wait, workflow, http',
  ],
  [
    'a step that is needed and not there',
    after(
      '    - id: test\n      needs: [build, »biuld]\n      task: { title: A, capabilities: [a] }\n',
    ),
    'there is no step "biuld"; did you mean "build"?',
  ],
  [
    'a step that needs itself',
    steps(
      '    - id: a\n      needs: »a\n      task: { title: A, capabilities: [a] }\n',
    ),
    '"a" needs itself; name another step',
  ],
  [
    'a circle',
    steps(
      '    - { id: a, needs: »[c], wait: { for: 1s } }\n    - { id: b, needs: [a], wait: { for: 1s } }\n    - { id: c, needs: [b], wait: { for: 1s } }\n    - { id: d, needs: [c], wait: { for: 1s } }\n',
    ),
    'needs go round in a circle: a needs c needs b needs a',
  ],
  [
    'an id that is taken',
    after('    - id: »build\n      wait: { for: 1s }\n'),
    'another step has the id "build" already; ids of steps are unique',
  ],
  [
    'an unknown variable, in a folded text',
    steps(
      '    - id: a\n      task:\n        title: A ${{ »paramters.x }}\n        description: |\n          First line\n          ${{ »event }} and ${{ »result }}\n        capabilities: [a]\n',
    ),
    'unknown variable "paramters"; did you mean "parameters"?',
    'event is only there in conditions on events and in triggers',
    'result is only there in outputs of a step',
  ],
  [
    'a parameter that is not declared',
    `${HEAD}  parameters:\n    type: object\n    properties:\n      name: { type: string }\n      address: { type: object, properties: { city: { type: string } } }\n  steps:\n    - id: a\n      task: { title: "\${{ »parameters.nam }} \${{ »parameters.address.zip }}", capabilities: [a] }\n`,
    'parameters declares no "nam"; did you mean "name"?',
    'parameters.address declares no "zip"; there are city',
  ],
  [
    'a step that may not have ended',
    after(
      '    - id: other\n      task: { title: "${{ »steps.build.outputs.x }}", capabilities: [a] }\n    - id: third\n      needs: [other]\n      task: { title: "${{ steps.other.outputs.x }} ${{ »steps.third.status }} ${{ »steps.othr }} ${{ size(»steps) }} ${{ »steps.other.output }}", capabilities: [a] }\n',
    ),
    'step "build" may not have ended by then; add it to needs of "other"',
    'a step cannot read its own outputs before it has ended',
    'there is no step "othr"; did you mean "other"?',
    'steps needs the id of a step, written out: steps.<id>.outputs',
    'steps.other has no "output"; did you mean "outputs"?',
  ],
  [
    'an output that a step does not list',
    steps(
      '    - id: a\n      task: { title: A, capabilities: [a] }\n      outputs: { image: "${{ result.image }}" }\n    - id: b\n      needs: a\n      task: { title: "${{ »steps.a.outputs.imag }}", capabilities: [a] }\n',
    ),
    'steps.a.outputs has no "imag"; did you mean "image"?',
  ],
  [
    'matrix outside of a matrix, and a name that it does not have',
    steps(
      '    - id: a\n      if: »matrix.os == "linux"\n      matrix: { os: [linux] }\n      task: { title: "${{ »matrix.arch }}", capabilities: [a] }\n    - id: b\n      task: { title: "${{ »matrix.os }}", capabilities: [a] }\n',
    ),
    'matrix is only there in the action of a step with a matrix',
    'matrix has no "arch"; it has os',
    'matrix is only there in the action of a step with a matrix',
  ],
  [
    'expressions that are none',
    steps(
      '    - id: a\n      task:\n        title: ${{ run.id + »}}\n        description: A »${{ run.id\n        capabilities: ["${{» }}"]\n        input: { a: "${{ »success() }}", b: "${{ »run.id.matches(\'a+\') }}", c: "${{ »lenght(run.id) }}", d: "${{ »1 + true }}" }\n',
    ),
    'is no valid expression: it ends too early',
    '${{ is never closed with }}; for the text itself write $${{',
    'is empty; write an expression between ${{ and }}',
    'success() is only there in if of a step',
    'matches() is not there, since a regular expression can take for ever; use contains(), startsWith(), endsWith() or ==',
    'unknown function "lenght"; there are ',
    'the operator does not take these kinds of values: int + bool',
  ],
  [
    'a condition that is text',
    steps(
      '    - id: a\n      if: \'»"a" + "b"\'\n      task: { title: A, capabilities: [a] }\n    - id: b\n      if: »${{ true }} && ${{ false }}\n      task: { title: A, capabilities: [a] }\n',
    ),
    'must be true or false, but its value is of type string',
    'must be one expression, all of it inside of one ${{ }} or without any',
  ],
  [
    'an unknown operation',
    steps('    - id: a\n      operation: { id: »tasks.creat }\n'),
    'there is no operation "tasks.creat"; the operations are those of the API, such as tasks.create',
  ],
  [
    'schedules that never come',
    spec(
      '  triggers:\n    - { type: schedule, cron: »"0 0 31 2 *" }\n    - { type: schedule, cron: »"61 * * * *" }\n    - { type: schedule, cron: "@daily", timezone: »Mars/Olympus }\n    - { type: event, topic: »everything }\n',
    ),
    'never comes due; no day is like that',
    'must be five fields: minute, hour, day of month, month, day of week, such as 0 6 * * 1-5 (Invalid value for minute: 61)',
    'must be a time zone of the IANA database such as Europe/Berlin',
    'must be the topic of an event such as task.succeeded, or one of your own such as custom.released',
  ],
  [
    'a schema that is none',
    spec(
      '  parameters:\n    type: object\n    »propertys: {}\n    properties:\n      a: { type: string, format: »dat, default: 1 }\n      b: { »requird: true }\n',
    ),
    'unknown keyword "propertys" of JSON Schema; did you mean "properties"?',
    'unknown format "dat"; did you mean "date"?',
    'unknown keyword "requird" of JSON Schema; did you mean "required"?',
  ],
  [
    'a schema with wrong parts',
    spec(
      '  parameters:\n    type: object\n    properties:\n      a: { type: »text }\n',
    ),
    'is no valid JSON Schema: must be one of "array", "boolean", "integer", "null", "number", "object", "string"',
  ],
  [
    'patterns that may take for ever',
    spec(
      '  parameters:\n    type: object\n    properties:\n      a: { type: string, pattern: »"(a)\\\\1" }\n      b: { type: object, patternProperties: { »"x(?=y)": {} } }\n',
    ),
    'is no regular expression that RE2 takes, which knows neither lookaround nor back references: error parsing regexp: invalid escape sequence: `\\1`',
    'is no regular expression that RE2 takes, which knows neither lookaround nor back references: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'defaults that do not match',
    spec(
      '  parameters:\n    type: object\n    properties:\n      a: { type: integer, default: »three }\n      b: { type: array, items: { enum: [x] }, default: »[y] }\n',
    ),
    'does not match its own schema: must be integer',
    'does not match its own schema: /0 must be one of "x"',
  ],
  [
    'approvals that lead nowhere',
    steps(
      '    - id: a\n      approval: { title: A, onExpiry: »escalate, expiresIn: »0s }\n      »retry: { maxAttempts: 2 }\n      »compensate:\n        http: { url: "https://example.com" }\n',
    ),
    'escalate needs escalateTo: the users and groups who are asked then',
    'must be longer than zero',
    'a step of type approval has no retry; steps of type task, operation, workflow and http do',
    'a step of type approval has no compensate; steps of type task, operation, workflow and http do',
  ],
  [
    'waits that never end, and what makes no sense without a matrix',
    steps(
      '    - id: a\n      »maxParallel: 3\n      timeout: »0s\n      wait: { until: »tomorrow }\n    - id: b\n      wait: { for: »99999d }\n    - »id: c\n      wait: {}\n',
    ).replace('    - »id: c\n      wait: {}', '    - id: c\n      wait: »{}'),
    'maxParallel is for steps with a matrix; add one or remove it',
    'must be longer than zero',
    'must be an instant in ISO 8601 such as 2026-07-01T09:00:00Z, or an expression',
    'must not be longer than 3650d',
    'must have exactly one of for, until, event',
  ],
  [
    'workflows in workflows',
    steps(
      '    - id: a\n      workflow: { name: »sample }\n    - id: b\n      workflow: { name: other, version: »newest }\n',
    ),
    'a workflow cannot run itself; name another workflow',
    'must be a version such as 1.2.0 or a range such as ^1.2.0',
  ],
  [
    'a text that is no map',
    '»just words',
    'must be a map of keys and values, not text',
  ],
];

describe('parseWorkflow', () => {
  it.each(TABLE)('points at %s', (_title, text, ...messages) => {
    const { source, places } = marked(text);
    const problems = problemsOf(source);
    expect(problems.map(({ line, column }) => ({ line, column }))).toEqual(
      places,
    );
    for (const [index, message] of messages.entries()) {
      expect(problems[index].message.slice(0, message.length)).toBe(message);
    }
    expect(messages).toHaveLength(problems.length);
  });

  it('names the path of a problem', () => {
    const [problem] = problemsOf(
      steps('    - id: a\n      task: { title: A, capabilities: ["a", 1] }\n'),
    );
    expect(problem.path).toBe('spec.steps[0].task.capabilities[1]');
  });

  it('answers the document and its graph when nothing is wrong', () => {
    const { problems, document, graph } = parseWorkflow(
      after(
        '    - id: ask\n      needs: build\n      if: always()\n      approval: { title: Ship it }\n',
      ),
    );
    expect(problems).toEqual([]);
    expect(document!.spec.steps[1].approval).toMatchObject({
      approvals: 1,
      expiresIn: '7d',
      onExpiry: 'reject',
    });
    expect(graph).toEqual([
      expect.objectContaining({
        id: 'build',
        type: 'task',
        sideEffect: 'idempotent',
        capabilities: ['build'],
        summary: 'Build',
      }),
      expect.objectContaining({
        id: 'ask',
        needs: ['build'],
        if: 'always()',
        sideEffect: 'none',
        summary: 'Ship it',
      }),
    ]);
  });

  it.each(readdirSync(EXAMPLES).filter(name => name.endsWith('.yaml')))(
    'accepts %s, which ships',
    name => {
      const source = readFileSync(resolve(EXAMPLES, name), 'utf8');
      const { problems, document } = parseWorkflow(source);
      expect(problems).toEqual([]);
      expect(WorkflowProgram.compile(document!).steps).toHaveLength(
        document!.spec.steps.length,
      );
    },
  );
});

/** Steps whose needs point only to steps before them, then shuffled. */
const dag = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 30,
  })
  .chain(links =>
    fc.shuffledSubarray(
      links.map((targets, index) => ({
        id: `s${index}`,
        needs: index === 0 ? [] : targets.map(target => `s${target % index}`),
        wait: { for: '1s' },
      })),
      { minLength: links.length },
    ),
  );

const documentWith = (list: unknown[]) =>
  stringify({
    apiVersion: 'devart.ai/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'generated' },
    spec: { version: '1.0.0', steps: list },
  });

describe('whatever it is given', () => {
  it('puts every graph without circles in an order', () => {
    fc.assert(
      fc.property(dag, list => {
        const { problems, document } = parseWorkflow(documentWith(list));
        expect(problems).toEqual([]);
        const seen = new Set<string>();
        for (const { id, needs } of WorkflowProgram.compile(document!).steps) {
          expect(needs.every(need => seen.has(need))).toBe(true);
          seen.add(id);
        }
        expect(seen.size).toBe(list.length);
      }),
      { numRuns: 40 },
    );
  });

  it('finds every circle', () => {
    fc.assert(
      fc.property(dag, fc.nat(), fc.nat(), (list, from, length) => {
        const ring = [...list, ...Array(2)].map((step, index) =>
          step === undefined ? `r${index}` : step.id,
        );
        const size = 2 + (length % (ring.length - 1));
        const members = [...ring, ...ring].slice(
          from % ring.length,
          (from % ring.length) + size,
        );
        const circle = [...new Set(members)];
        const all = ring.map(id => {
          const position = circle.indexOf(id);
          const needs = list.find(step => step.id === id)?.needs ?? [];
          const next = circle[(position + 1) % circle.length];
          return {
            id,
            needs: position < 0 ? needs : [...needs, next],
            wait: { for: '1s' },
          };
        });
        const { problems } = parseWorkflow(documentWith(all));
        expect(problems.map(({ message }) => message)).toContainEqual(
          expect.stringContaining('needs go round in a circle: '),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('answers problems and never throws, for text of any kind', () => {
    const words = fc.constantFrom(
      ...'${{ }} { } [ ] " \' : , - \n & * ! | > % @ ` # ? spec: steps: id: matrix: parameters. steps.a.outputs has( .map(x, x) true 1 0x é \u0000 \t'.split(
        ' ',
      ),
    );
    const source = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(words, { maxLength: 60 }).map(parts => parts.join(' ')),
      fc
        .array(words, { maxLength: 30 })
        .map(parts =>
          documentWith([
            { id: 'a', if: parts.join(''), wait: { for: parts.join(' ') } },
          ]),
        ),
      fc.anything().map(value => documentWith([value])),
    );
    fc.assert(
      fc.property(source, text => {
        const { problems, document } = parseWorkflow(text);
        expect(problems.length > 0).toBe(document === undefined);
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
          expect(problem.message).not.toBe('');
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['braces in a step', steps(`    - ${'{a: '.repeat(20_000)}`)],
    [
      'indents',
      Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join(
        '\n',
      ),
    ],
    ['errors', '}: "\n'.repeat(20_000)],
    [
      'keys',
      Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'),
    ],
    ['size', 'x'.repeat(300 * 1024)],
    [
      'steps',
      documentWith(
        Array.from({ length: 2000 }, (_, index) => ({
          id: `s${index}`,
          needs: [`s${(index * 7) % 2000}`],
          wait: { for: '1s' },
        })),
      ),
    ],
  ])('ends in time for very many %s', (_title, source) => {
    const { problems } = parseWorkflow(source);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(100);
  });
});
