import fc from 'fast-check';
import { ExpressionError } from './expressions/ExpressionError';
import { parseDuration } from '../../time/parseDuration';
import { parseWorkflow } from './parseWorkflow';
import type { RunScope, StepScope } from './RunScope';
import { WorkflowProgram } from './WorkflowProgram';

function programOf(spec: string): WorkflowProgram {
  const source = `apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata:
  name: sample
spec:
  version: 1.0.0
${spec}`;
  const { problems, document } = parseWorkflow(source);
  expect(problems).toEqual([]);
  return WorkflowProgram.compile(document!);
}

function scope(parts: Partial<RunScope> = {}): RunScope {
  return {
    parameters: {},
    run: {
      id: 'r1',
      number: 7,
      startedBy: 'user:default/ada',
      startedAt: '2026-01-01T00:00:00.000Z',
      workflow: 'sample',
      version: '1.0.0',
    },
    trigger: { type: 'manual', data: {} },
    steps: {},
    ...parts,
  };
}

/** The value of one expression over parameters. */
function valueOf(expression: string, parameters: Record<string, unknown> = {}) {
  const program = programOf(`  steps:
    - id: a
      task: { title: A, capabilities: [a] }
      outputs: { value: ${JSON.stringify(expression)} }
`);
  const outputs = program.outputsOf('a', scope({ parameters }), {});
  return (outputs as { value: unknown }).value;
}

function errorOf(work: () => unknown): ExpressionError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return error as ExpressionError;
  }
  throw new Error('Nothing was thrown');
}

const ITEMS = {
  a: 5,
  b: 1.5,
  list: ['x', 'y'],
  map: { k: [1, null] },
  no: null,
};

describe('expressions', () => {
  it.each<[string, unknown]>([
    ['${{ parameters.a }}', 5],
    [' ${{ parameters.a }}\n', 5],
    ['${{ parameters.a }}.', '5.'],
    ['${{ parameters.list }}', ['x', 'y']],
    ['of ${{ parameters.list }}', 'of ["x","y"]'],
    ['${{ parameters.map }}', { k: [1, null] }],
    ['<${{ parameters.no }}>', '<>'],
    ['${{ parameters["a"] + 1 }}', 6],
    ['${{ parameters.a * parameters.b }}', 7.5],
    ['${{ parameters.a / 2 }}', 2],
    ['${{ [parameters.a, 8][1] }}', 8],
    ['${{ parameters.list[parameters.a - 5] }}', 'x'],
    ['${{ parameters.map.k[1] }}', null],
    ['${{ parameters.b > 1 ? "more" : "less" }}', 'more'],
    ['${{ {"a": {"b": 1}}.a.b }}', 1],
    ['${{ "}}" + \'"\' }}', '}}"'],
    ['$${{ stays }} and ${{ 1 }}', '${{ stays }} and 1'],
    ['${{ has(parameters.zz) }}', false],
    ['${{ parameters.list.map(x, x + "!") }}', ['x!', 'y!']],
    ['${{ parameters.list.filter(x, x != "x")[0] }}', 'y'],
    ['${{ "k" in parameters.map }}', true],
    ['${{ contains(parameters.list, "x") }}', true],
    ['${{ contains("text", "ex") }}', true],
    ['${{ startsWith("text", "te") && endsWith("text", "xt") }}', true],
    ['${{ join(parameters.list, "+") }}', 'x+y'],
    [
      '${{ format("{0} of {1}, {{0}}", parameters.a, "ten") }}',
      '5 of ten, {0}',
    ],
    ['${{ toJSON(parameters.map) }}', '{"k":[1,null]}'],
    ['${{ fromJSON("{\\"n\\": 3}").n + 1 }}', 4],
    ['${{ 2u }}', 2],
    ['${{ duration("90s") }}', '90s'],
    ['${{ timestamp("2026-01-01T00:00:00Z") }}', '2026-01-01T00:00:00.000Z'],
    ['${{ bytes("hi") }}', 'aGk='],
  ])('%s is %j', (expression, value) => {
    expect(valueOf(expression, ITEMS)).toEqual(value);
  });

  it.each([
    [
      '${{ parameters.zz }}',
      'parameters has no "zz"; it has a, b, list, map, no',
    ],
    [
      '${{ parameters.map.k.x }}',
      'parameters.map.k has no "x"; it has 2 entries, counted from 0',
    ],
    [
      '${{ parameters.list[9] }}',
      'parameters.list has no 9; it has 2 entries, counted from 0',
    ],
    ['${{ parameters.no.x }}', 'parameters.no is null; it has no "x"'],
    ['${{ parameters.a.x }}', 'parameters.a is a number; it has no "x"'],
    [
      '${{ 9007199254740993 }}',
      'comes to 9007199254740993, which JSON numbers cannot hold exactly; use string()',
    ],
    ['${{ 1.0 / 0.0 }}', 'comes to a number that is not finite'],
    ['${{ 1 / 0 }}', 'division by zero'],
    ['${{ fromJSON("{") }}', 'fromJSON() was given text that is no JSON'],
    [
      '${{ format("{2}", 1) }}',
      'format() has no value for {2}; it was given 1, counted from {0}',
    ],
    [
      '${{ parameters.list + 1 }}',
      'the operator does not take these kinds of values: dyn<list<string>> + int',
    ],
    ['${{ type(1) }}', 'comes to something that is no JSON value'],
  ])('%s cannot be evaluated: %s', (expression, problem) => {
    const error = errorOf(() => valueOf(expression, ITEMS));
    expect(error.problem).toBe(problem);
    expect(error.path).toBe('outputs.value');
  });

  const ten = '[1,2,3,4,5,6,7,8,9,10]';
  it.each([
    [
      'loops in loops',
      `${ten}.map(a, ${ten}.map(b, ${ten}.map(c, ${ten}.map(d, ${ten}.map(e, ${ten}.map(f, 1)))))) == []`,
    ],
    [
      'loops whose errors are passed over',
      `${ten}.exists(a, ${ten}.exists(b, ${ten}.exists(c, ${ten}.exists(d, ${ten}.exists(e, ${ten}.exists(f, ${ten}.exists(g, false)))))))`,
    ],
    ['a list that doubles', `[[1]]${'.map(x, x + x)'.repeat(30)}`],
    ['a text that doubles', `["xxxxxxxx"]${'.map(x, x + x)'.repeat(30)}`],
    ['one list in itself many times', `[[1]]${'.map(x, [x, x])'.repeat(30)}`],
    [
      'comparing what is many times in itself',
      `[[1]]${'.map(x, [x, x])'.repeat(15)} == [[1]]${'.map(x, [x, x])'.repeat(15)}`,
    ],
    [
      'work that || hides',
      `(${ten}.map(a, ${ten}.map(b, ${ten}.map(c, ${ten}.map(d, ${ten}.map(e, ${ten}.map(f, 1)))))) == []) || true`,
    ],
    ['a text of JSON that nests', 'fromJSON(parameters.deep)'],
  ])('stops %s', (_title, expression) => {
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    const error = errorOf(() => valueOf(`\${{ ${expression} }}`, { deep }));
    expect(error.problem).toMatch(/takes too much work|nest deeper/);
  });

  it('lets an ordinary amount of work through', () => {
    const list = Array.from({ length: 1000 }, (_, id) => ({
      id,
      ok: id % 2 === 0,
    }));
    expect(
      valueOf('${{ size(parameters.list.filter(x, x.ok).map(x, x.id)) }}', {
        list,
      }),
    ).toBe(500);
  });

  it('never reaches anything outside of the scope', () => {
    const names = [
      'constructor',
      '__proto__',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'length',
    ];
    const hostile = JSON.parse(
      '{"own":{"constructor":"c","__proto__":{"polluted":1}},"text":"t","list":[1]}',
    );
    for (const name of names) {
      for (const path of [
        'parameters',
        'parameters.text',
        'parameters.list',
        'parameters.list[0]',
      ]) {
        errorOf(() => valueOf(`\${{ ${path}["${name}"] }}`, hostile));
      }
    }
    expect(valueOf('${{ parameters.own.constructor }}', hostile)).toBe('c');
    const whole = valueOf('${{ parameters.own }}', hostile);
    expect(Object.getPrototypeOf(whole)).toBe(Object.prototype);
    expect(JSON.stringify(whole)).toBe(
      '{"constructor":"c","__proto__":{"polluted":1}}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    for (const name of [
      'process',
      'globalThis',
      'require',
      'cel',
      'google',
      'this',
    ]) {
      const { problems } = parseWorkflow(`a: \${{ ${name} }}`);
      expect(problems.length).toBeGreaterThan(0);
    }
  });

  it('gives every JSON value back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), value => {
        const json = JSON.parse(JSON.stringify(value));
        const program = programOf(`  steps:
    - id: a
      task: { title: A, capabilities: [a] }
      outputs: { value: "\${{ result }}" }
`);
        const outputs = program.outputsOf('a', scope(), json);
        expect(JSON.stringify((outputs as { value: unknown }).value)).toBe(
          JSON.stringify(json),
        );
      }),
      {
        numRuns: 50,
        examples: [[{ __proto__: 1 } as never], [1e21 as never]],
      },
    );
  });
});

describe('parameters', () => {
  const program = programOf(
    `  parameters:
    type: object
    required: [name]
    additionalProperties: false
    properties:
      name: { type: string, minLength: 2 }
      count: { type: integer, default: 3 }
      tier: { enum: [gold, silver] }
      note: { type: string, "ui:widget": textarea }
  steps:
    - id: a
      task: { title: "\${{ parameters.name }} \${{ has(parameters.tier) ? parameters.tier : 'none' }}", description: "\${{ parameters.note }}", capabilities: [a] }
    - id: b
      if: parameters.count > 1
      task: { title: "\${{ parameters.tier }}", capabilities: [a] }
`,
  );

  it('puts defaults in and leaves the input alone', () => {
    const input = { name: 'ada', note: 'x' };
    expect(program.checkParameters(input)).toEqual({ ...input, count: 3 });
    expect(input).toEqual({ name: 'ada', note: 'x' });
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, 'parameters.name: is missing'],
    [
      { name: 'a', count: 1.5, note: '' },
      'parameters.name: must NOT have fewer than 2 characters; parameters.count: must be integer',
    ],
    [
      { name: 'ada', nota: '' },
      'parameters.nota: is no parameter of this workflow; did you mean "note"?',
    ],
    [
      { name: 'ada', note: '', tier: 'lead' },
      'parameters.tier: must be one of "gold", "silver"',
    ],
    [{ name: 'ada' }, 'parameters.note: is missing; step "a" needs it'],
  ])('refuses %j', (input, message) => {
    expect(() => program.checkParameters(input)).toThrow(
      expect.objectContaining({ name: 'InputError', message }),
    );
  });

  it('matches patterns in time, whatever pattern and value', () => {
    const { checkParameters } = patterned('^(a+)+$');
    const hostile = `${'a'.repeat(50_000)}!`;
    const from = performance.now();
    expect(() => checkParameters({ text: hostile })).toThrow(
      'parameters.text: must match pattern "^(a+)+$"',
    );
    // Trying one way after the other takes 2^50000 steps.
    expect(performance.now() - from).toBeLessThan(5000);
  });

  it('matches patterns as JavaScript does', () => {
    const piece = fc.constantFrom(
      ...['a', 'b', '.', '[^a]', '\\d', '(?:ab)', '[a-c]', '^', '$', '-'],
    );
    const repeated = fc.constantFrom('', '*', '+', '?', '{1,2}');
    const pattern = fc
      .array(fc.tuple(piece, repeated), { maxLength: 5 })
      .map(parts =>
        parts
          .map(([one, count]) => (['^', '$'].includes(one) ? one : one + count))
          .join(''),
      );
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', 'é') });
    fc.assert(
      fc.property(pattern, text, (written, value) => {
        const { checkParameters } = patterned(written);
        const accepts = () => {
          try {
            checkParameters({ text: value });
            return true;
          } catch (error) {
            return !String(error).includes('must match pattern');
          }
        };
        expect(accepts()).toBe(new RegExp(written, 'u').test(value));
      }),
      { numRuns: 60 },
    );
  });
});

/** A program with one parameter, a text of a pattern. */
function patterned(pattern: string) {
  const program = programOf(`  parameters:
    type: object
    properties:
      text: { type: string, pattern: ${JSON.stringify(pattern)} }
  steps:
    - id: a
      task: { title: A, capabilities: [a] }
`);
  return {
    checkParameters: (input: Record<string, unknown>) =>
      program.checkParameters(input),
  };
}

describe('conditions', () => {
  const program = programOf(`  steps:
    - { id: a, wait: { for: 1s } }
    - { id: b, needs: a, continueOnError: true, wait: { for: 1s } }
    - { id: plain, needs: [b], wait: { for: 1s } }
    - { id: valued, needs: [b], if: "\${{ steps.a.status == 'succeeded' }}", wait: { for: 1s } }
    - { id: cleanup, needs: [b], if: failure(), wait: { for: 1s } }
    - { id: always, needs: [b], if: always(), wait: { for: 1s } }
    - { id: branch, needs: [b], if: "!failure() && !cancelled()", wait: { for: 1s } }
    - { id: stopped, needs: [b], if: cancelled(), wait: { for: 1s } }
    - { id: never, needs: [b], if: false, wait: { for: 1s } }
`);
  const ask = (
    a: StepScope['status'],
    b: StepScope['status'],
    cancelled = false,
  ) =>
    program.steps
      .map(({ id }) => id)
      .filter(id => !['a', 'b'].includes(id))
      .filter(id =>
        program.shouldRun(
          id,
          scope({ cancelled, steps: { a: { status: a }, b: { status: b } } }),
        ),
      )
      .sort();

  it('asks how the steps before ended', () => {
    expect(ask('succeeded', 'succeeded')).toEqual([
      'always',
      'branch',
      'plain',
      'valued',
    ]);
    expect(ask('succeeded', 'failed')).toEqual([
      'always',
      'branch',
      'plain',
      'valued',
    ]);
    expect(ask('succeeded', 'skipped')).toEqual(['always', 'branch']);
    expect(ask('failed', 'skipped')).toEqual(['always', 'cleanup']);
    expect(ask('succeeded', 'cancelled')).toEqual(['always', 'stopped']);
    expect(ask('succeeded', 'succeeded', true)).toEqual([
      'always',
      'plain',
      'stopped',
      'valued',
    ]);
  });
});

describe('actions', () => {
  const program = programOf(`  parameters: { type: object }
  steps:
    - id: build
      name: Build \${{ parameters.what }}
      task: { title: "Build \${{ parameters.what }}", type: build, capabilities: ["\${{ parameters.capability }}", Build], entityRef: "\${{ parameters.ref }}", input: { n: "\${{ parameters.n }}" } }
      outputs: { image: "\${{ result.image }}", both: ["\${{ run.number }}", { raw: "\${{ result }}" }] }
    - id: each
      needs: build
      matrix: { region: "\${{ parameters.regions }}", size: [1, 2] }
      http: { method: POST, url: "https://\${{ parameters.host }}/x", headers: { X-Region: "\${{ matrix.region }}", X-Size: "\${{ matrix.size }}" }, body: { image: "\${{ steps.build.outputs.image }}" } }
      compensate: { operation: { id: tasks.cancel, input: { id: "\${{ steps.each.outputs.id }}", region: "\${{ matrix.region }}" } } }
    - id: ask
      needs: each
      approval: { title: Go on, approvers: ["\${{ parameters.approver }}"], edit: { regions: "\${{ parameters.regions }}" }, expiresIn: PT36H }
    - { id: pause, needs: ask, wait: { for: "\${{ parameters.pause }}" } }
    - { id: date, needs: ask, wait: { until: "\${{ parameters.until }}" } }
    - { id: event, needs: ask, wait: { event: { topic: "custom.\${{ parameters.what }}", if: event.payload.run == run.id } } }
    - { id: child, needs: ask, workflow: { name: "\${{ parameters.what }}", version: ^1.0.0, parameters: { n: "\${{ parameters.n }}" } } }
  outputs: { image: "\${{ steps.build.outputs.image }}", count: "\${{ size(steps.each.outputs) }}" }
`);
  const parameters = {
    what: 'shop',
    capability: 'Docker',
    ref: 'component:default/shop',
    n: 3,
    regions: ['eu', 'us'],
    host: 'example.com',
    approver: 'user:default/ada',
    pause: '90s',
    until: '2026-05-01T12:00:00+02:00',
  };
  const steps = {
    build: { status: 'succeeded', outputs: { image: 'i:1' } },
    each: { status: 'succeeded', outputs: [{}, {}, {}, {}] },
  } as const;
  const at = (parts: Partial<RunScope> = {}) =>
    scope({ parameters, steps, ...parts });

  it('puts the values of the run in', () => {
    expect(program.renderAction('build', at())).toEqual({
      type: 'task',
      title: 'Build shop',
      description: '',
      taskType: 'build',
      capabilities: ['build', 'docker'],
      entityRef: 'component:default/shop',
      input: { n: 3 },
    });
    expect(program.nameOf('build', at())).toBe('Build shop');
    expect(program.nameOf('build', scope())).toBe(
      'Build ${{ parameters.what }}',
    );
    expect(
      program.renderAction('each', at({ matrix: { region: 'eu', size: 2 } })),
    ).toEqual({
      type: 'http',
      method: 'POST',
      url: 'https://example.com/x',
      headers: { 'X-Region': 'eu', 'X-Size': '2' },
      body: { image: 'i:1' },
    });
    expect(program.renderAction('ask', at())).toMatchObject({
      type: 'approval',
      approvers: ['user:default/ada'],
      edit: { regions: ['eu', 'us'] },
      expiresInMs: 36 * 3600_000,
      onExpiry: 'reject',
      approvals: 1,
    });
    expect(program.renderAction('pause', at())).toEqual({
      type: 'wait',
      kind: 'for',
      ms: 90_000,
    });
    expect(program.renderAction('date', at())).toEqual({
      type: 'wait',
      kind: 'until',
      at: '2026-05-01T10:00:00.000Z',
    });
    expect(program.renderAction('child', at())).toEqual({
      type: 'workflow',
      name: 'shop',
      version: '^1.0.0',
      parameters: { n: 3 },
    });
    expect(program.outputsOf('build', at(), { image: 'i:2' })).toEqual({
      image: 'i:2',
      both: [7, { raw: { image: 'i:2' } }],
    });
    expect(program.outputsOf('child', at(), { any: 1 })).toEqual({ any: 1 });
    expect(program.runOutputs(at())).toEqual({ image: 'i:1', count: 4 });
  });

  it('expands a matrix, the last name fastest', () => {
    expect(
      program
        .expandMatrix('each', at())!
        .map(({ index, values }) => [index, values.region, values.size]),
    ).toEqual([
      [0, 'eu', 1],
      [1, 'eu', 2],
      [2, 'us', 1],
      [3, 'us', 2],
    ]);
    expect(program.expandMatrix('build', at())).toBeUndefined();
    expect(
      program.expandMatrix('each', at({ parameters: { regions: [] } })),
    ).toEqual([]);
    for (const regions of ['eu', Array(501).fill('x')]) {
      expect(
        errorOf(() =>
          program.expandMatrix('each', at({ parameters: { regions } })),
        ).path,
      ).toMatch(/^matrix/);
    }
  });

  it('takes a combination back with its own outputs', () => {
    const own = {
      ...steps,
      each: { status: 'succeeded', outputs: { id: 't1' } },
    } as const;
    expect(
      program.renderCompensation(
        'each',
        at({ steps: own, matrix: { region: 'eu' } }),
      ),
    ).toEqual({
      type: 'operation',
      id: 'tasks.cancel',
      input: { id: 't1', region: 'eu' },
    });
    expect(program.renderCompensation('build', at())).toBeUndefined();
  });

  it('hears of the event that is meant', () => {
    const wait = program.renderAction('event', at());
    expect(wait).toEqual({
      type: 'wait',
      kind: 'event',
      topic: 'custom.shop',
      if: 'event.payload.run == run.id',
    });
    const condition = (wait as { if: string }).if;
    expect(
      program.eventMatches(condition, { payload: { run: 'r1' } }, at()),
    ).toBe(true);
    expect(
      program.eventMatches(condition, { payload: { run: 'r2' } }, at()),
    ).toBe(false);
    expect(program.eventMatches(undefined, {}, at())).toBe(true);
    expect(
      errorOf(() => program.eventMatches(condition, {}, at())).message,
    ).toBe('if: event has no "payload"; it is empty');
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'build',
      { what: 'x'.repeat(200) },
      'task.title: must have at most 200 characters',
    ],
    [
      'build',
      { what: ['\u0000'], capability: '../etc' },
      'task.capabilities[0]: must start with a letter or digit and hold only letters, digits and . _ : + -',
    ],
    [
      'build',
      { capability: { a: 1 } },
      'task.capabilities[0]: must be text, not a map',
    ],
    [
      'build',
      { ref: 'shop' },
      'task.entityRef: must be an entity reference such as component:default/shop',
    ],
    [
      'each',
      { host: 'a@evil.example' },
      'http.url: must be an absolute address that begins with http:// or https:// and holds no user and password',
    ],
    [
      'each',
      { host: 'a b' },
      'http.url: must be an absolute address that begins with http:// or https:// and holds no user and password',
    ],
    [
      'ask',
      { approver: 'everybody' },
      'approval.approvers[0]: must be an entity reference such as component:default/shop',
    ],
    [
      'pause',
      { pause: 'soon' },
      'wait.for: must be a duration such as 30s, 5m, 2h, 7d or PT5M',
    ],
    [
      'date',
      { until: '2026' },
      'wait.until: must be an instant in ISO 8601 with a time zone, such as 2026-07-01T09:00:00Z',
    ],
    [
      'event',
      { what: 'a b' },
      'wait.topic: must be the topic of an event such as task.succeeded',
    ],
    [
      'child',
      { what: '../other' },
      'workflow.name: must be the name of a workflow',
    ],
    [
      'build',
      { n: undefined },
      'task.input.n: parameters has no "n"; it has what, capability, ref, regions, host, approver, pause, until',
    ],
  ])('refuses what does not fit in %s: %j', (step, changed, message) => {
    const hostile = at({
      parameters: { ...parameters, ...changed },
      matrix: { region: 'eu', size: 1 },
    });
    expect(errorOf(() => program.renderAction(step, hostile)).message).toBe(
      message,
    );
  });

  it('keeps headers in their line', () => {
    const hostile = at({ matrix: { region: 'eu\r\nX-Evil: 1', size: 1 } });
    expect(errorOf(() => program.renderAction('each', hostile)).message).toBe(
      'http.headers.X-Region: must not hold control characters',
    );
  });

  it('gives a triggered run its parameters', () => {
    const triggered = programOf(`  parameters: { type: object }
  triggers:
    - { type: webhook, if: has(event.body.ref), parameters: { ref: "\${{ event.body.ref }}" } }
    - { type: schedule, cron: "0 6 * * 1-5", timezone: Europe/Berlin, parameters: { day: "\${{ event.at }}" } }
  steps: [{ id: a, wait: { for: 1s } }]
`);
    expect(triggered.triggerParameters(0, { body: { ref: 'main' } })).toEqual({
      ref: 'main',
    });
    expect(
      triggered.triggerParameters(1, { at: '2026-01-05T05:00:00Z' }),
    ).toEqual({ day: '2026-01-05T05:00:00Z' });
    expect(triggered.eventMatches('has(event.body.ref)', { body: {} })).toBe(
      false,
    );
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['7d', 604_800_000],
    ['PT5M', 300_000],
    ['P1W', 604_800_000],
    ['P1DT12H', 129_600_000],
    ['PT0.25S', 250],
    ['0.0004ms', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it('reads what was written, in every unit', () => {
    const unit = fc.constantFrom(
      ['ms', 1],
      ['s', 1000],
      ['m', 60_000],
      ['h', 3_600_000],
      ['d', 86_400_000] as const,
    );
    fc.assert(
      fc.property(fc.nat(3650), unit, (count, [name, length]) => {
        expect(parseDuration(`${count}${name}`)).toBe(count * Number(length));
      }),
    );
  });

  it.each([
    '',
    '5',
    '5 m',
    '-5m',
    '1h30m',
    'P',
    'PT',
    'P1Y',
    '1e3s',
    '9999d',
    `${'9'.repeat(400)}d`,
  ])('refuses %s', text => {
    expect(() => parseDuration(text)).toThrow(
      /must (be a duration|not be longer)/,
    );
  });
});
