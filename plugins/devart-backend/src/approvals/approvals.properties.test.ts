import type { Approval } from '@devart/plugin-devart-common';
import fc from 'fast-check';
import {
  ApprovalParty,
  groupRef,
  userRef,
  type Member,
} from '../__testUtils__/ApprovalParty';

jest.setTimeout(300_000);

const DECIDERS = ['bob', 'cleo', 'dan', 'eve', 'ada', 'sam'] as const;
const ENDS = ['approved', 'rejected', 'expired', 'cancelled'];

function statusOf(end: PromiseSettledResult<unknown>): number {
  return end.status === 'rejected' ? end.reason.statusCode : 200;
}

const member = fc.constantFrom<Member>(...DECIDERS);
const principal = fc.constantFrom(
  ...DECIDERS.map(userRef),
  groupRef('owners'),
  groupRef('board'),
);

/** One thing that somebody does. */
type Act =
  | { kind: 'decide'; by: Member; decision: 'approve' | 'reject' }
  | { kind: 'edit'; by: Member; replicas: number }
  | { kind: 'delegate'; by: Member; to: string }
  | { kind: 'cancel'; by: Member }
  | { kind: 'deadline' };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      by: member,
      decision: fc.constant('approve' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      by: member,
      decision: fc.constant('reject' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      by: member,
      replicas: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('delegate' as const),
      by: member,
      to: principal,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), by: member }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deadline' as const) }),
  },
);

/** A request, and what is done about it: the acts of a step at the same moment. */
const story = fc.record({
  by: member,
  approvers: fc.option(fc.uniqueArray(principal, { minLength: 1 }), {
    nil: undefined,
  }),
  approvalsNeeded: fc.integer({ min: 1, max: 3 }),
  escalateTo: fc.option(fc.uniqueArray(principal, { minLength: 1 }), {
    nil: undefined,
  }),
  steps: fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
  }),
});

describe('an approval, whatever people do,', () => {
  let party: ApprovalParty;
  let sql: ReturnType<ApprovalParty['plane']['sql']>;

  beforeAll(async () => {
    party = await ApprovalParty.start();
    sql = party.plane.sql();
  });

  afterAll(async () => {
    await sql.destroy();
    await party.plane.stop();
  });

  async function perform(id: string, one: Act): Promise<void> {
    if (one.kind === 'deadline') {
      await sql('approvals')
        .where({ id, status: 'pending' })
        .update({ expires_at: sql.fn.now() });
      return;
    }
    const { approvals } = party.as(one.by);
    const seen = await approvals.get({ id });
    const ifVersion = seen.version;
    switch (one.kind) {
      case 'decide':
        await approvals.decide({ id, decision: one.decision, ifVersion });
        return;
      case 'edit':
        await approvals.decide({
          id,
          decision: 'approve',
          edit: { replicas: one.replicas },
          ifVersion,
        });
        return;
      case 'delegate':
        await approvals.delegate({ id, to: one.to });
        return;
      default:
        await approvals.cancel({ id });
    }
  }

  /**
   * An approval as somebody sees it, with what else they see at that moment. A
   * deadline may pass in between, which changes the version: then both are read again.
   */
  async function seenBy<T>(
    person: Member,
    id: string,
    read: (api: ReturnType<ApprovalParty['as']>) => Promise<T>,
  ): Promise<[Approval, T]> {
    const api = party.as(person);
    for (;;) {
      const before = await api.approvals.get({ id });
      const seen = await read(api);
      const after = await api.approvals.get({ id });
      if (after.version === before.version) {
        return [after, seen];
      }
    }
  }

  /** What holds at every moment. */
  function check(now: Approval, before: Approval | undefined): void {
    const current = now.decisions.filter(({ superseded }) => !superseded);
    const yes = current.filter(({ decision }) => decision === 'approve');
    const people = new Set(yes.map(({ by }) => by));
    const mandates = new Set(yes.map(({ by, onBehalfOf }) => onBehalfOf ?? by));
    for (const { by, onBehalfOf } of now.decisions) {
      expect(by).not.toBe(now.requestedBy);
      expect(onBehalfOf).not.toBe(now.requestedBy);
    }
    expect(now.delegations.map(({ to }) => to)).not.toContain(now.requestedBy);
    expect(people.size).toBe(yes.length);
    expect(mandates.size).toBe(yes.length);
    expect(now.approvalsGiven).toBe(yes.length);
    expect(now.status === 'approved').toBe(yes.length >= now.approvalsNeeded);
    expect(now.status === 'rejected').toBe(
      current.some(({ decision }) => decision === 'reject'),
    );
    expect(now.decidedAt !== undefined).toBe(now.status !== 'pending');
    for (const { at } of now.decisions) {
      expect(Date.parse(at)).toBeLessThanOrEqual(
        Date.parse(now.decidedAt ?? '9999-12-31T00:00:00Z'),
      );
    }
    if (before) {
      expect(now.version).toBeGreaterThanOrEqual(before.version);
      expect(now.decisions.length).toBeGreaterThanOrEqual(
        before.decisions.length,
      );
      if (before.status !== 'pending') {
        const { mayDecide: _, whyNot: __, ...rest } = before;
        expect(now).toMatchObject(rest);
      }
    }
  }

  it('has one end, of as many different people as it needs, none of whom asked', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ by, steps, ...request }) => {
        const [asked] = await Promise.allSettled([
          party.as(by).approvals.request({
            title: 'Scale up',
            edit: { replicas: 1 },
            ...request,
            onExpiry: request.escalateTo ? 'escalate' : 'reject',
          }),
        ]);
        expect([200, 400]).toContain(statusOf(asked));
        if (asked.status === 'rejected') {
          return;
        }
        const { id } = asked.value;
        let before: Approval | undefined;
        for (const step of steps) {
          const ends = await Promise.allSettled(
            step.map(one => perform(id, one)),
          );
          expect([200, 400, 403, 409]).toEqual(
            expect.arrayContaining(ends.map(statusOf)),
          );
          const now = await party.as('vic').approvals.get({ id });
          check(now, before);
          before = now;
        }
        // What callers are told beforehand is what happens.
        for (const person of DECIDERS) {
          const { approvals } = party.as(person);
          const [{ mayDecide, version }, { items }] = await seenBy(
            person,
            id,
            api => api.approvals.list({ mine: true, limit: 1 }),
          );
          expect(items.some(item => item.id === id)).toBe(mayDecide);
          const [word] = await Promise.allSettled([
            approvals.decide({ id, decision: 'reject', ifVersion: version }),
          ]);
          const { version: after } = await approvals.get({ id });
          const isRefused = word.status === 'rejected' && after === version;
          expect(mayDecide && isRefused).toBe(false);
        }
        const [last, { items }] = await seenBy('vic', id, api =>
          api.activity.list({ subjectId: id, limit: 200 }),
        );
        check(last, before);
        const ends = items.filter(({ topic }) =>
          ENDS.includes(topic.replace('approval.', '')),
        );
        expect(ends.map(({ topic }) => topic)).toEqual(
          last.status === 'pending' ? [] : [`approval.${last.status}`],
        );
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});
