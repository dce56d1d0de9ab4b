import type { Approval } from '@devart/plugin-devart-common';
import {
  ControlPlaneServer,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { approval, APPROVAL_ID } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createApprovalRequestAction } from './approvalRequest';

const INSTANT = '2026-05-04T10:00:00.000Z';
const URL = `http://portal.example/devart/approvals/${APPROVAL_ID}`;

let server: ControlPlaneServer;
/** What `approvals.get` answers, call by call; the last one stays. */
let states: Approval[];

beforeEach(async () => {
  states = [];
  server = await ControlPlaneServer.start({
    'approvals.request': ({ title }) => {
      if (title === 'no') {
        throw new Refusal(403, 'Ask for approval needs the role supervisor');
      }
      return approval();
    },
    'approvals.get': () => (states.length > 1 ? states.shift()! : states[0]),
  });
});
afterEach(() => server.stop());

const ask = (
  options: Partial<Parameters<typeof runAction>[1]> & {
    input?: Record<string, any>;
  } = {},
) =>
  runAction(createApprovalRequestAction(servicesFor(server.url)), {
    ...options,
    input: { title: 'Release the shop', ...options.input },
  });

const said = (decision: 'approve' | 'reject', comment?: string) => ({
  by: 'user:default/ada',
  decision,
  comment,
  at: INSTANT,
  edited: decision === 'approve',
  superseded: false,
});

describe('devart:approval:request', () => {
  it('asks, waits, and hands on what was approved', async () => {
    states = [
      approval({ approvers: ['group:default/supervisors'] }),
      approval({ approvers: ['group:default/supervisors'] }),
      approval({
        status: 'approved',
        approvalsGiven: 1,
        decisions: [said('approve', 'go *now*')],
        edit: { machines: 2 },
      }),
    ];

    const { output, log, error } = await ask({
      input: { edit: { machines: 3 }, expiresIn: '4h', description: '' },
    });

    expect(error).toBeUndefined();
    expect(server.calls[0].input).toMatchObject({
      title: 'Release the shop',
      edit: { machines: 3 },
      expiresIn: '4h',
      idempotencyKey: expect.stringContaining('scaffolder:mock-task-id:'),
    });
    expect(log).toEqual([
      `Asked for approval: ${URL}`,
      '0 of 1 approvals are given; it waits to be decided by group:default/supervisors',
      'It is approved: go *now*',
    ]);
    expect(output).toEqual({
      approvalId: APPROVAL_ID,
      url: URL,
      status: 'approved',
      decidedBy: ['user:default/ada'],
      edit: { machines: 2 },
      summary:
        'Release the shop: **approved**\n\n- user\\:default/ada: approve, with changes - go \\*now\\*',
    });
  });

  it.each(['rejected', 'expired', 'cancelled'] as const)(
    'fails when it ends as %s, unless told never to',
    async status => {
      states = [approval({ status, reason: 'Not today' })];

      const { error } = await ask();
      const told = await ask({ input: { failOn: 'never' } });

      expect(error?.message).toBe(`It is ${status}: Not today (${URL})`);
      expect(told.error).toBeUndefined();
      expect(told.output.status).toBe(status);
    },
  );

  it('asks once, however often the step runs, and need not wait', async () => {
    const checkpoints = new Map();
    const input = { wait: false };

    await ask({ input, checkpoints });
    const resumed = await ask({ input, checkpoints });

    expect(server.calls.map(call => call.operation)).toEqual([
      'approvals.request',
    ]);
    expect(resumed.output).toMatchObject({
      approvalId: APPROVAL_ID,
      status: 'pending',
    });
  });

  it('fails with what the control plane says, and leaves the request when it is cancelled', async () => {
    const { error } = await ask({ input: { title: 'no' } });
    expect(error?.message).toBe('Ask for approval needs the role supervisor');

    const cancelled = new AbortController();
    states = [approval()];
    const stopped = await ask({
      signal: cancelled.signal,
      onLog: line => line.startsWith('0 of 1') && cancelled.abort(),
    });
    expect(stopped.error?.message).toContain('The request stays');
  });

  it('asks nobody in a dry run', async () => {
    const { output } = await ask({ isDryRun: true });

    expect(server.calls).toEqual([]);
    expect(output.status).toBe('approved');
  });
});
