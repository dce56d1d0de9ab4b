import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { StandInOpenAI } from '@devart/stand-in-openai';
import type { Knex } from 'knex';
import { OpenAI } from 'openai';
import request from 'supertest';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

/** What the tests read of an entry of the ledger. */
interface Entry {
  kind: string;
  amount_micros: number;
  service: string;
  model: string;
  input_tokens: number | null;
  output_tokens: number | null;
  task_id: string | null;
  agent_id: string;
  delegated_from: string[];
  detail: Record<string, unknown>;
}

const PRICE = { input: 2, output: 10 };

describe('the model gateway', () => {
  let upstream: StandInOpenAI;
  let local: StandInOpenAI;
  let plane: TestControlPlane;
  let sql: Knex;

  beforeAll(async () => {
    upstream = await StandInOpenAI.start({
      models: [
        'gpt-4o-mini',
        'shared',
        'priced',
        'asked',
        'text-embedding-3-small',
      ],
    });
    local = await StandInOpenAI.start({ models: ['small', 'shared', 'other'] });
    plane = await TestControlPlane.start({
      config: {
        gateway: {
          retries: 2,
          limits: { concurrentPerKey: 500, callsPerMinutePerKey: 1_000_000 },
          recording: { enabled: true, maxBytes: 4096 },
          upstreams: [
            {
              id: 'cloud',
              title: 'The cloud',
              type: 'compatible',
              baseUrl: upstream.baseUrl,
              apiKey: upstream.apiKey,
              priceProvider: 'openai',
              timeouts: { firstByteSeconds: 0.5, idleSeconds: 0.5 },
              fallback: { upstream: 'local', model: 'small' },
              models: [
                { name: 'gpt-4o-mini' },
                { name: 'shared' },
                { name: 'priced', price: PRICE },
                { name: 'text-embedding-3-small' },
              ],
            },
            {
              id: 'local',
              type: 'compatible',
              baseUrl: local.baseUrl,
              apiKey: local.apiKey,
              price: 'free',
            },
            {
              id: 'asking',
              type: 'compatible',
              baseUrl: upstream.baseUrl,
              apiKey: upstream.apiKey,
              models: [{ name: 'asked', price: PRICE }],
              onExhausted: 'ask',
            },
            {
              id: 'gone',
              type: 'compatible',
              baseUrl: 'http://127.0.0.1:9',
              models: [{ name: 'away', price: 'free' }],
            },
          ],
        },
      },
    });
    sql = plane.sql();
    await eventually(async () => {
      const { upstreams } = await plane.as('viewer').gateway.status({});
      const found = upstreams.find(({ id }) => id === 'local');
      assert.equal(found?.models.length, 3);
    });
  });

  afterAll(async () => {
    await sql?.destroy();
    await plane?.stop();
    await upstream?.stop();
    await local?.stop();
  });

  afterEach(() => {
    assert.deepEqual([...upstream.violations, ...local.violations], []);
  });

  const clientOf = (
    key: string,
    options: { headers?: Record<string, string> } = {},
  ) =>
    new OpenAI({
      apiKey: key,
      baseURL: `${plane.baseUrl}/gateway/v1`,
      maxRetries: 0,
      defaultHeaders: options.headers,
    });

  async function entriesOf(agentId: string, count: number): Promise<Entry[]> {
    return eventually(async () => {
      const rows = await sql('ledger_entries as l')
        .join('services as s', 's.id', 'l.service_id')
        .where('l.agent_id', agentId)
        .orderBy('l.id')
        .select('l.*', 's.name as service');
      expect(rows).toHaveLength(count);
      const held = await sql('budget_reservations').whereRaw(
        `attribution ->> 'agentId' = ?`,
        [agentId],
      );
      expect(held).toEqual([]);
      return rows.map(row => ({
        ...row,
        amount_micros: Number(row.amount_micros),
        input_tokens: row.input_tokens && Number(row.input_tokens),
        output_tokens: row.output_tokens && Number(row.output_tokens),
      }));
    });
  }

  async function limit(
    scopeKind: 'agent' | 'service',
    scopeRef: string,
    limitMicros: number,
  ): Promise<string> {
    const { id } = await plane.as('admin').budgets.create({
      scopeKind,
      scopeRef,
      limitMicros,
      period: 'total',
      reason: 'For a test',
    });
    return id;
  }

  const hello = [{ role: 'user' as const, content: 'Say what you are for.' }];

  it('answers the client of OpenAI, whole, and writes down what it cost', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const { data: answer, response } = await client.chat.completions
      .create({ model: 'cloud/priced', messages: hello, max_tokens: 100 })
      .withResponse();
    expect(answer.choices[0].message.content).toBe(upstream.answer);
    const { prompt_tokens: input, completion_tokens: output } = answer.usage!;
    const cost = input * PRICE.input + output * PRICE.output;
    expect(response.headers.get('x-devart-cost-micros')).toBe(String(cost));
    expect(response.headers.get('x-devart-service')).toBe('cloud');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(upstream.calls.at(-1)!.body).toMatchObject({
      model: 'priced',
      max_tokens: 100,
    });
    const [entry] = await entriesOf(id, 1);
    expect(entry).toMatchObject({
      kind: 'charge',
      amount_micros: cost,
      service: 'cloud',
      model: 'priced',
      input_tokens: input,
      output_tokens: output,
      detail: { countedBy: 'upstream', endpoint: 'chat/completions' },
    });
  });

  it('streams, and shows the usage only to those who ask for it', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    for (const include of [false, true]) {
      const stream = await client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages: hello,
        stream: true,
        ...(include ? { stream_options: { include_usage: true } } : {}),
      });
      let text = '';
      let usages = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        usages += chunk.usage ? 1 : 0;
      }
      expect([text, usages]).toEqual([upstream.answer, include ? 1 : 0]);
    }
    const entries = await entriesOf(id, 2);
    // The published price, not ours.
    const { input_tokens: input, output_tokens: output } = entries[0];
    expect(entries[0].amount_micros).toBe(
      Math.ceil(input! * 0.15 + output! * 0.6),
    );
    expect(entries[1]).toMatchObject({
      amount_micros: entries[0].amount_micros,
    });
  });

  it('speaks responses and embeddings, and lists models', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const whole = await client.responses.create({
      model: 'priced',
      input: 'Say what you are for.',
    });
    expect(whole.output_text).toBe(upstream.answer);
    expect(upstream.calls.at(-1)!.body.store).toBe(false);
    const stream = await client.responses.create({
      model: 'priced',
      input: 'Say what you are for.',
      stream: true,
    });
    let text = '';
    for await (const event of stream) {
      text += event.type === 'response.output_text.delta' ? event.delta : '';
    }
    expect(text).toBe(upstream.answer);
    const { data } = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['one', 'two'],
    });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0.5, -0.5],
      [0.5, -0.5],
    ]);
    const entries = await entriesOf(id, 3);
    expect(entries.map(({ detail }) => detail.countedBy)).toEqual([
      'upstream',
      'upstream',
      'upstream',
    ]);
    const models: string[] = [];
    for await (const model of client.models.list()) {
      models.push(model.id);
    }
    expect(models).toEqual(
      expect.arrayContaining(['cloud/priced', 'local/small', 'gone/away']),
    );
    expect(await client.models.retrieve('small')).toMatchObject({
      id: 'local/small',
      owned_by: 'local',
    });
  });

  it('is for agents that may work, and leaves refusals in the audit trail', async () => {
    const { id, key } = await plane.agent();
    const statusOf = async (token?: string) => {
      const call = request(plane.server).get('/api/devart/gateway/v1/models');
      const { status, body } = await (token
        ? call.set('authorization', `Bearer ${token}`)
        : call);
      return [status, body.error?.code];
    };
    expect(await statusOf()).toEqual([401, 'invalid_api_key']);
    expect(await statusOf(`${key}x`)).toEqual([401, 'invalid_api_key']);
    for (const person of ['viewer', 'supervisor', 'admin'] as const) {
      expect(await statusOf(plane.tokenOf(person))).toEqual([
        403,
        'agents_only',
      ]);
    }
    expect(await statusOf(key)).toEqual([200, undefined]);
    await plane
      .as('supervisor')
      .agents.setActivation({ id, active: false, reason: 'It talks too much' });
    expect(await statusOf(key)).toEqual([403, 'agent_refused']);
    await eventually(async () => {
      const { items } = await plane.as('supervisor').audit.list({
        operation: 'gateway.call',
        actor: `agent:${id}`,
      });
      expect(items).toEqual([
        expect.objectContaining({ outcome: 'refused', httpStatus: 403 }),
      ]);
    });
  });

  it('says which model is wrong and why, and charges nothing', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const ask = (model: string, more: object = {}) =>
      client.chat.completions.create({ model, messages: hello, ...more });
    const refused = async (
      call: Promise<unknown>,
      status: number,
      code: string,
      param?: string,
    ) => {
      const error = await call.then(
        () => undefined,
        (cause: InstanceType<typeof OpenAI.APIError>) => cause,
      );
      expect([error?.status, error?.code, error?.param]).toEqual([
        status,
        code,
        param ?? null,
      ]);
      return error!.message;
    };
    await refused(ask('none'), 404, 'model_not_found', 'model');
    await refused(ask('shared'), 400, 'model_ambiguous', 'model');
    expect(
      await refused(ask('cloud/shared'), 400, 'price_unknown', 'model'),
    ).toContain('cloud/shared');
    await refused(ask('priced', { n: 0 }), 400, 'invalid_value', 'n');
    await refused(
      ask('priced', { store: true }),
      400,
      'not_supported',
      'store',
    );
    await refused(
      ask('priced', { service_tier: 'priority' }),
      400,
      'not_metered',
      'service_tier',
    );
    await refused(
      client.responses.create({
        model: 'priced',
        input: 'x',
        previous_response_id: 'resp_1',
      }),
      400,
      'not_supported',
      'previous_response_id',
    );
    await refused(ask('gone/away'), 503, 'upstream_unreachable');
    await plane.as('supervisor').agents.update({
      id,
      allowedModels: ['local/*', 'gpt-4o*'],
    });
    await refused(ask('priced'), 403, 'model_not_allowed', 'model');
    await ask('small');
    const [entry] = await entriesOf(id, 1);
    expect(entry).toMatchObject({ service: 'local', amount_micros: 0 });
    const { upstreams } = await plane.withToken(key).gateway.status({});
    expect(
      upstreams.flatMap(({ models }) => models.map(model => model.id)).sort(),
    ).toEqual([
      'cloud/gpt-4o-mini',
      'local/other',
      'local/shared',
      'local/small',
    ]);
  });

  it('lets an answer be only as long as the rest of a budget pays for', async () => {
    const { id, key } = await plane.agent();
    await limit('agent', id, 400);
    const answer = await clientOf(key).chat.completions.create({
      model: 'priced',
      messages: hello,
    });
    const most = upstream.calls.at(-1)!.body.max_tokens as number;
    expect(most).toBeGreaterThanOrEqual(16);
    expect(most).toBeLessThan(40);
    expect(answer.usage!.completion_tokens).toBeLessThanOrEqual(most);
    const [entry] = await entriesOf(id, 1);
    expect(entry.amount_micros).toBeLessThanOrEqual(400);
    const error = await clientOf(key)
      .chat.completions.create({ model: 'asked', messages: hello, n: 8 })
      .catch(cause => cause);
    expect([error.status, error.code]).toEqual([402, 'rejected']);
  });

  it('delegates to the fallback at its price, and says so', async () => {
    const { id, key } = await plane.agent();
    const [{ id: serviceId }] = await sql('services').where({ name: 'cloud' });
    const budgetId = await limit('service', serviceId, 0);
    try {
      const { data, response } = await clientOf(key)
        .chat.completions.create({ model: 'priced', messages: hello })
        .withResponse();
      expect(data.choices[0].message.content).toBe(local.answer);
      expect(response.headers.get('x-devart-service')).toBe('local');
      expect(response.headers.get('x-devart-delegated-from')).toBe('cloud');
      const [entry] = await entriesOf(id, 1);
      expect(entry).toMatchObject({
        service: 'local',
        model: 'small',
        amount_micros: 0,
        delegated_from: [serviceId],
      });
    } finally {
      await plane
        .as('admin')
        .budgets.delete({ id: budgetId, reason: 'The test is over' });
    }
    await clientOf(key).chat.completions.create({
      model: 'priced',
      messages: hello,
    });
    const [, entry] = await entriesOf(id, 2);
    expect(entry.service).toBe('cloud');
  });

  it('lets the task wait for an increase where people are to be asked', async () => {
    const { id, key, client } = await plane.agent({ capabilities: ['ask'] });
    const task = await plane
      .as('supervisor')
      .tasks.create({ title: 'Ask', capabilities: ['ask'] });
    await limit('agent', id, 500);
    const { attempt } = (await client.agents.claim({ id }))!.tasks[0];
    const ask = (attemptNumber: number) =>
      clientOf(key, {
        headers: {
          'x-devart-task': task.id,
          'x-devart-attempt': String(attemptNumber),
        },
      }).chat.completions.create({
        model: 'asking/asked',
        messages: hello,
        max_tokens: 50,
      });
    const refusalOf = async (triesLeft: number): Promise<any> => {
      try {
        await ask(attempt);
      } catch (cause) {
        return cause;
      }
      assert.ok(triesLeft > 0, 'every call was paid');
      return refusalOf(triesLeft - 1);
    };
    const error = await refusalOf(10);
    expect([error.status, error.code]).toEqual([402, 'paused']);
    const { approvalId } = error.error.devart;
    expect(await plane.as('viewer').tasks.get({ id: task.id })).toMatchObject({
      status: 'waiting',
      waitingReason: 'budget',
    });
    await plane
      .as('supervisor')
      .approvals.decide({ id: approvalId, decision: 'approve' });
    const again = await eventually(async () => {
      const claimed = await client.agents.claim({ id });
      expect(claimed?.tasks).toHaveLength(1);
      return claimed!.tasks[0];
    });
    await ask(again.attempt);
    const entries = await entriesOf(id, calls + 1);
    expect(entries.at(-1)).toMatchObject({
      service: 'asking',
      task_id: task.id,
    });
  });

  it('lets no budget be exceeded by many streams at once', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const stream = async () => {
      const answers = await client.chat.completions.create({
        model: 'priced',
        messages: hello,
        max_tokens: 20,
        stream: true,
      });
      for await (const _ of answers) {
        // Read to the end.
      }
    };
    await stream();
    const [{ amount_micros: each }] = await entriesOf(id, 1);
    const cap = each + 10 * 400;
    await limit('agent', id, cap);
    let passed = 0;
    await Promise.all(
      Array.from({ length: 120 }, async () => {
        // Those that were only kept waiting by the others come again, as clients do.
        for (let tries = 0; tries < 20; tries++) {
          const error = await stream().catch(cause => cause);
          if (!error) {
            passed++;
            return;
          }
          expect([402, 429]).toContain(error.status);
          if (error.status === 402) {
            return;
          }
          await pause(20);
        }
      }),
    );
    const entries = await entriesOf(id, passed + 1);
    const sum = entries.reduce(
      (total, entry) => total + entry.amount_micros,
      0,
    );
    expect(passed).toBeGreaterThan(5);
    expect(sum).toBeLessThanOrEqual(cap);
    const [window] = await sql('budget_windows as w')
      .join('budgets as b', 'b.id', 'w.budget_id')
      .where('b.scope_ref', id)
      .select('w.spent_micros', 'w.reserved_micros');
    expect([
      Number(window.spent_micros),
      Number(window.reserved_micros),
    ]).toEqual([sum, 0]);
  });

  it('tries again where that is safe, and says when to come back where it is not', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const ask = () =>
      client.chat.completions.create({ model: 'priced', messages: hello });
    const before = upstream.calls.length;
    upstream.inject(
      { kind: 'status', status: 429, headers: { 'retry-after-ms': '20' } },
      { kind: 'status', status: 503 },
    );
    await ask();
    expect(upstream.calls.length - before).toBe(3);
    upstream.inject({
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '30' },
    });
    const error = await ask().catch(cause => cause);
    expect([error.status, error.headers.get('retry-after')]).toEqual([
      429,
      '30',
    ]);
    upstream.inject({ kind: 'status', status: 401 });
    const wrongKey = await ask().catch(cause => cause);
    expect([wrongKey.status, wrongKey.code]).toEqual([502, 'upstream_auth']);
    expect(wrongKey.message).not.toContain(upstream.apiKey);
    await entriesOf(id, 1);
  });

  it('counts itself where the upstream does not say, or cannot be right', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const messages = hello;
    const wrong = { kind: 'wrong_usage', input: -7, output: 1e9 } as const;
    for (const fault of [{ kind: 'missing_usage' } as const, wrong]) {
      upstream.inject(fault, fault);
      await client.chat.completions.create({ model: 'priced', messages });
      const stream = await client.chat.completions.create({
        model: 'priced',
        messages,
        stream: true,
      });
      for await (const _ of stream) {
        // Read to the end.
      }
    }
    const entries = await entriesOf(id, 4);
    const counts = entries.map(entry => [
      entry.detail.countedBy,
      entry.input_tokens,
      entry.output_tokens,
    ]);
    expect(new Set(counts.map(String)).size).toBe(1);
    expect(counts[0][0]).toBe('gateway');
    expect(counts[0][2]).toBeGreaterThan(10);
    expect(counts[0][2]).toBeLessThan(40);
  });

  it('charges a stream that breaks for what came, and tells the client', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    const faults = [
      [{ kind: 'cut', afterEvents: 6 }, 'upstream_cut'],
      [{ kind: 'malformed' }, 'upstream_malformed'],
      [{ kind: 'silence', afterEvents: 4 }, 'upstream_cut'],
    ] as const;
    for (const [fault, code] of faults) {
      upstream.inject(fault);
      const stream = await client.chat.completions.create({
        model: 'priced',
        messages: hello,
        stream: true,
      });
      let text = '';
      const read = async () => {
        for await (const chunk of stream) {
          text += chunk.choices[0]?.delta.content ?? '';
        }
      };
      await expect(read()).rejects.toMatchObject({ code });
      expect(upstream.answer.startsWith(text)).toBe(true);
      expect(text).not.toBe('');
    }
    const entries = await entriesOf(id, 3);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        kind: 'charge',
        detail: { countedBy: 'gateway' },
      });
      expect(entry.output_tokens).toBeGreaterThan(0);
      expect(entry.output_tokens).toBeLessThan(10);
    }
  });

  it('puts a cost that nobody knows into suspense', async () => {
    const { id, key } = await plane.agent();
    const client = clientOf(key);
    upstream.inject({ kind: 'slow_first_byte', ms: 2500 });
    const late = await client.chat.completions
      .create({ model: 'priced', messages: hello, max_tokens: 50 })
      .catch(cause => cause);
    expect([late.status, late.code]).toEqual([504, 'upstream_timeout']);
    upstream.inject({ kind: 'cut', afterEvents: 0 });
    const cut = await client.chat.completions
      .create({ model: 'priced', messages: hello, max_tokens: 50 })
      .catch(cause => cause);
    expect([cut.status, cut.code]).toEqual([502, 'upstream_cut']);
    const entries = await entriesOf(id, 2);
    for (const entry of entries) {
      expect(entry.kind).toBe('suspense');
      expect(entry.amount_micros).toBeGreaterThanOrEqual(50 * PRICE.output);
    }
  });

  it('lets a client that hangs up pay for what was produced, and ends the call', async () => {
    const { id, key } = await plane.agent();
    upstream.pauseMs = 20;
    try {
      const stream = await clientOf(key).chat.completions.create({
        model: 'priced',
        messages: hello,
        stream: true,
      });
      let chunks = 0;
      for await (const _ of stream) {
        if (++chunks === 5) {
          break;
        }
      }
      const [entry] = await entriesOf(id, 1);
      expect(entry).toMatchObject({
        kind: 'charge',
        detail: { end: 'hung_up' },
      });
      expect(entry.output_tokens).toBeGreaterThan(1);
      expect(entry.output_tokens).toBeLessThan(17);
      await eventually(async () =>
        expect(upstream.calls.at(-1)!.isAborted).toBe(true),
      );
    } finally {
      upstream.pauseMs = 0;
    }
  });

  it('attributes calls to the task that the agent holds, and to no other', async () => {
    const { id, key, client } = await plane.agent({ capabilities: ['think'] });
    await plane
      .as('supervisor')
      .agents.update({ id, owner: 'group:default/Owners' });
    const task = await plane.as('supervisor').tasks.create({
      title: 'Think',
      capabilities: ['think'],
      entityRef: 'component:default/shop',
    });
    const ask = (taskId: string, attempt: number | string = 1) =>
      clientOf(key, {
        headers: {
          'x-devart-task': taskId,
          'x-devart-attempt': String(attempt),
        },
      }).chat.completions.create({ model: 'priced', messages: hello });
    const early = await ask(task.id).catch(cause => cause);
    expect([early.status, early.code]).toEqual([409, 'task_not_held']);
    const nonsense = await ask('mine').catch(cause => cause);
    expect([nonsense.status, nonsense.param]).toEqual([400, 'x-devart-task']);
    const vague = await ask(task.id, 'first').catch(cause => cause);
    expect([vague.status, vague.param]).toEqual([400, 'x-devart-attempt']);
    await client.agents.claim({ id });
    await ask(task.id, 1);
    const stale = await ask(task.id, 2).catch(cause => cause);
    expect(stale.status).toBe(409);
    const [entry] = await entriesOf(id, 1);
    expect(entry).toMatchObject({
      task_id: task.id,
      entity_ref: 'component:default/shop',
      actor: `agent:${id}`,
      team: 'group:default/owners',
    });
  });

  it('keeps what was asked for admins, without secrets, where it is told to', async () => {
    const { id, key } = await plane.agent();
    await clientOf(key).chat.completions.create({
      model: 'priced',
      messages: [
        { role: 'user', content: 'My key is sk-live-0123456789abcdef.\u0000' },
      ],
    });
    const recording = await eventually(async () => {
      const { items } = await plane
        .as('admin')
        .gateway.recordings({ agentId: id });
      expect(items).toHaveLength(1);
      return items[0];
    });
    expect(recording).toMatchObject({
      model: 'priced',
      answer: upstream.answer,
      end: 'complete',
    });
    expect(recording.request).toContain('My key is [redacted]');
  });
});

describe('the model gateway with narrow limits', () => {
  let upstream: StandInOpenAI;
  let plane: TestControlPlane;

  beforeAll(async () => {
    upstream = await StandInOpenAI.start({ pauseMs: 20 });
    plane = await TestControlPlane.start({
      config: {
        gateway: {
          limits: { concurrentPerKey: 2, callsPerMinutePerKey: 24 },
          upstreams: [
            {
              id: 'cloud',
              type: 'compatible',
              baseUrl: upstream.baseUrl,
              apiKey: upstream.apiKey,
              price: 'free',
            },
          ],
        },
      },
    });
  });

  afterAll(async () => {
    await plane?.stop();
    await upstream?.stop();
  });

  it('lets a key have so many calls at once and a minute, and no more', async () => {
    const { key } = await plane.agent();
    const client = new OpenAI({
      apiKey: key,
      baseURL: `${plane.baseUrl}/gateway/v1`,
      maxRetries: 0,
    });
    await eventually(async () => {
      expect((await client.models.list()).data).toHaveLength(2);
    });
    const call = async () => {
      const stream = await client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'Hello' }],
        stream: true,
      });
      for await (const _ of stream) {
        // Read to the end.
      }
    };
    const codeOf = (work: Promise<void>) =>
      work.then(
        () => 'passed',
        error => error.code,
      );
    const first = [codeOf(call()), codeOf(call())];
    await eventually(async () => expect(upstream.calls).toHaveLength(2));
    expect(await codeOf(call())).toBe('too_many_concurrent');
    expect(await Promise.all(first)).toEqual(['passed', 'passed']);
    const codes: string[] = [];
    for (let calls = 0; calls < 4; calls++) {
      codes.push(await codeOf(call()));
    }
    expect(codes).toContain('rate_limited');
  });
});

describe('the model gateway of a portal without models', () => {
  it('lists none, and says so', async () => {
    const plane = await TestControlPlane.start();
    try {
      const { key } = await plane.agent();
      const client = new OpenAI({
        apiKey: key,
        baseURL: `${plane.baseUrl}/gateway/v1`,
        maxRetries: 0,
      });
      expect((await client.models.list()).data).toEqual([]);
      await expect(
        client.chat.completions.create({
          model: 'gpt-4o',
          messages: [{ role: 'user', content: 'Hello' }],
        }),
      ).rejects.toMatchObject({
        status: 404,
        message: expect.stringContaining('No models are configured'),
      });
      expect(await plane.as('viewer').gateway.status({})).toEqual({
        upstreams: [],
        isRecording: false,
      });
    } finally {
      await plane.stop();
    }
  });
});
