import {
  allOperations,
  pathInputs,
  takesQuery,
  type Operation,
} from '@devart/plugin-devart-common';
import fc from 'fast-check';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

const HANGS_AFTER_MS = 5000;

/** Values that are near what operations expect, and values that are not. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.uuid() },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      '\u0000',
      '\ud800',
      'queued',
      'critical',
      -1,
      1e308,
      2 ** 53,
      '99999999999999999999',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999999Z',
      'HEAD',
      '../../etc/passwd',
      'user:default/sam',
      "'; drop table tasks; --",
      '{}',
      '__proto__',
      ['a', 'b'],
      true,
      null,
    ),
  },
);

/** Inputs that name the operation's fields, some of them, with anything in them. */
function inputOf(operation: Operation) {
  const names = Object.keys(operation.input.shape);
  return fc.record(
    {
      ...Object.fromEntries(names.map(name => [name, value])),
      surplus: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: value },
      ),
    },
    { requiredKeys: [] },
  );
}

function urlOf(
  operation: Operation,
  input: Record<string, unknown>,
): { path: string; body?: string } {
  let path = operation.path;
  const rest = { ...input };
  for (const name of pathInputs(operation)) {
    const given = rest[name];
    const text =
      typeof given === 'object' ? JSON.stringify(given) : String(given);
    // Lone surrogates cannot stand in a URL at all; as UTF-8 they are U+FFFD.
    path = path.replace(
      `:${name}`,
      encodeURIComponent(Buffer.from(text).toString()) || 'x',
    );
    delete rest[name];
  }
  if (!takesQuery(operation)) {
    return { path, body: JSON.stringify(rest) };
  }
  const query = new URLSearchParams();
  for (const [name, item] of Object.entries(rest)) {
    if (item !== undefined) {
      query.append(
        name,
        typeof item === 'object' ? JSON.stringify(item) : String(item),
      );
    }
  }
  return { path: `${path}?${query}` };
}

jest.setTimeout(60_000);

describe('garbage', () => {
  let plane: TestControlPlane;
  let agentKey: string;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
    agentKey = (await plane.agent()).key;
  });

  afterAll(async () => {
    await plane.stop();
  });

  async function send(
    operation: Operation,
    path: string,
    body: string | undefined,
  ): Promise<{ status: number; text: string }> {
    const token = operation.callers.people
      ? plane.tokenOf('admin')
      : operation.callers.agents && agentKey;
    const response = await fetch(`${plane.baseUrl}${path}`, {
      method: operation.method,
      body,
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal: AbortSignal.timeout(HANGS_AFTER_MS),
    });
    return { status: response.status, text: await response.text() };
  }

  it.each(allOperations.map(operation => [operation.id, operation] as const))(
    'makes %s neither fail nor hang',
    async (_id, operation) => {
      const property = fc.assert(
        fc.asyncProperty(inputOf(operation), async input => {
          const withoutWait = { ...input, waitSeconds: undefined };
          const { path, body } = urlOf(operation, withoutWait);
          const { status, text } = await send(operation, path, body);
          if (status >= 500) {
            throw new Error(`${status}: ${text.slice(0, 400)}`);
          }
          if (status === 400 && !JSON.parse(text).error.message) {
            throw new Error(`No message in ${text.slice(0, 400)}`);
          }
        }),
        { numRuns: 40 },
      );
      await expect(property).resolves.toBeUndefined();
    },
  );

  it('is told field, problem and what is accepted', async () => {
    const { status, text } = await send(
      allOperations.find(({ id }) => id === 'tasks.create')!,
      '/tasks',
      JSON.stringify({ title: ' ', priority: 'urgent', colour: 'red' }),
    );
    expect(status).toBe(400);
    const { error } = JSON.parse(text);
    expect(error.issues).toEqual(
      expect.arrayContaining([
        { field: 'title', problem: 'must not be empty' },
        {
          field: 'priority',
          problem: 'must be one of critical, high, medium, low',
        },
        {
          field: '',
          problem: expect.stringMatching(/"colour".*accepted are title/),
        },
      ]),
    );
  });

  it.each([
    ['not JSON', '{"title": '],
    ['not an object', '[1, 2]'],
    ['empty', ''],
    ['deeper than anybody needs', '['.repeat(100_000)],
  ])('is refused as a body that is %s', async (_what, body) => {
    const { status } = await send(
      allOperations.find(({ id }) => id === 'tasks.create')!,
      '/tasks',
      body,
    );
    expect(status).toBe(400);
  });

  it('is refused with 413 when it is too large', async () => {
    const { status, text } = await send(
      allOperations.find(({ id }) => id === 'agents.register')!,
      '/agents/register',
      JSON.stringify({ name: 'x'.repeat(400_000) }),
    );
    expect(status).toBe(413);
    expect(text).toContain('larger than');
  });

  it('is answered 404 on a path that no operation has', async () => {
    const response = await fetch(`${plane.baseUrl}/nothing/here`);
    expect(response.status).toBe(404);
  });
});
