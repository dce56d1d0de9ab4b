import {
  allOperations,
  devartPermissions,
  encodeCall,
  pathInputs,
  type Operation,
} from '@devart/plugin-devart-common';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { eventually } from '../__testUtils__/eventually';
import { PortalPolicy } from '../__testUtils__/PortalPolicy';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

type CallerKind = 'anonymous' | 'viewer' | 'supervisor' | 'admin' | 'agent';

const EVERYBODY_WITH_ACCOUNT: CallerKind[] = ['viewer', 'supervisor', 'admin'];
const STAFF: CallerKind[] = ['supervisor', 'admin'];

/**
 * Who may call what, written down independently of the contracts: an operation
 * that is not here, or that lets somebody else in, fails the test.
 */
const MATRIX: Record<string, CallerKind[]> = {
  'tasks.create': STAFF,
  'tasks.list': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.board': EVERYBODY_WITH_ACCOUNT,
  'tasks.get': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.update': STAFF,
  'tasks.delete': STAFF,
  'tasks.setStatus': [...STAFF, 'agent'],
  'tasks.setCapabilities': STAFF,
  'tasks.cancel': STAFF,
  'tasks.requeue': STAFF,
  'tasks.complete': ['agent'],
  'tasks.reportFailure': ['agent'],
  'tasks.reportProgress': ['agent'],
  'tasks.appendLogs': ['agent'],
  'tasks.readLogs': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.addArtifact': ['agent'],
  'tasks.listArtifacts': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.readArtifact': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.history': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.createSuccessor': [...STAFF, 'agent'],
  'tasks.lineage': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'tasks.recordSolution': ['agent'],
  'agents.register': STAFF,
  'agents.prepare': STAFF,
  'agents.enrol': ['anonymous'],
  'agents.list': EVERYBODY_WITH_ACCOUNT,
  'agents.me': ['agent'],
  'agents.getHalt': EVERYBODY_WITH_ACCOUNT,
  'agents.setHalt': STAFF,
  'agents.get': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'agents.update': STAFF,
  'agents.describe': STAFF,
  'agents.undescribe': STAFF,
  'agents.delete': ['admin'],
  'agents.setActivation': STAFF,
  'agents.kill': STAFF,
  'agents.rotateKey': STAFF,
  'agents.heartbeat': ['agent'],
  'agents.claim': ['agent'],
  'agents.stream': ['agent'],
  'agents.setHold': ['agent'],
  'agents.transport': ['agent'],
  'agents.returnTasks': ['agent'],
  'agents.completeTasks': ['agent'],
  'agents.performance': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'agents.createEnrolmentToken': ['admin'],
  'agents.listEnrolmentTokens': ['admin'],
  'agents.revokeEnrolmentToken': ['admin'],
  'reviews.request': STAFF,
  'reviews.list': EVERYBODY_WITH_ACCOUNT,
  'reviews.get': EVERYBODY_WITH_ACCOUNT,
  'reviews.forTask': EVERYBODY_WITH_ACCOUNT,
  'reviews.checkout': ['agent'],
  'reviews.dismissFinding': STAFF,
  'reviews.restoreFinding': STAFF,
  'approvals.list': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'approvals.get': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'approvals.request': [...STAFF, 'agent'],
  'approvals.decide': STAFF,
  'approvals.delegate': STAFF,
  'approvals.cancel': STAFF,
  'workflows.list': EVERYBODY_WITH_ACCOUNT,
  'workflows.get': EVERYBODY_WITH_ACCOUNT,
  'workflows.validate': EVERYBODY_WITH_ACCOUNT,
  'workflows.publish': STAFF,
  'workflows.describe': STAFF,
  'workflows.undescribe': STAFF,
  'workflows.delete': ['admin'],
  'workflows.versions': EVERYBODY_WITH_ACCOUNT,
  'workflows.version': EVERYBODY_WITH_ACCOUNT,
  'workflows.diff': EVERYBODY_WITH_ACCOUNT,
  'workflows.templates': EVERYBODY_WITH_ACCOUNT,
  'workflows.trigger': STAFF,
  'workflows.createWebhook': STAFF,
  'workflows.webhooks': EVERYBODY_WITH_ACCOUNT,
  'workflows.deleteWebhook': STAFF,
  'runs.list': EVERYBODY_WITH_ACCOUNT,
  'runs.get': EVERYBODY_WITH_ACCOUNT,
  'runs.cancel': STAFF,
  'runs.resumePreview': EVERYBODY_WITH_ACCOUNT,
  'runs.resume': STAFF,
  'runs.sendEvent': STAFF,
  'tasks.dispatch': [...STAFF, 'agent'],
  'services.list': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'services.status': EVERYBODY_WITH_ACCOUNT,
  'services.get': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'services.create': STAFF,
  'services.update': STAFF,
  'services.delete': ['admin'],
  'services.increaseBudget': STAFF,
  'budgets.list': EVERYBODY_WITH_ACCOUNT,
  'budgets.get': EVERYBODY_WITH_ACCOUNT,
  'budgets.create': STAFF,
  'budgets.update': STAFF,
  'budgets.delete': ['admin'],
  'budgets.changes': EVERYBODY_WITH_ACCOUNT,
  'budgets.changesOf': EVERYBODY_WITH_ACCOUNT,
  'budgets.alerts': EVERYBODY_WITH_ACCOUNT,
  'budgets.forecast': EVERYBODY_WITH_ACCOUNT,
  'ledger.list': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'ledger.export': EVERYBODY_WITH_ACCOUNT,
  'ledger.spend': EVERYBODY_WITH_ACCOUNT,
  'ledger.correct': ['admin'],
  'analytics.taskCosts': EVERYBODY_WITH_ACCOUNT,
  'analytics.serviceUsage': EVERYBODY_WITH_ACCOUNT,
  'analytics.performance': EVERYBODY_WITH_ACCOUNT,
  'analytics.flagCostlyTasks': STAFF,
  'analytics.flags': EVERYBODY_WITH_ACCOUNT,
  'analytics.reviewFlag': STAFF,
  'analytics.settings': EVERYBODY_WITH_ACCOUNT,
  'analytics.updateSettings': STAFF,
  'analytics.estimate': EVERYBODY_WITH_ACCOUNT,
  'analytics.calibration': EVERYBODY_WITH_ACCOUNT,
  'activity.list': EVERYBODY_WITH_ACCOUNT,
  'audit.list': STAFF,
  'gateway.status': [...EVERYBODY_WITH_ACCOUNT, 'agent'],
  'gateway.recordings': ['admin'],
  'portal.me': EVERYBODY_WITH_ACCOUNT,
  'portal.overview': EVERYBODY_WITH_ACCOUNT,
  'portal.transports': EVERYBODY_WITH_ACCOUNT,
};

/**
 * What an operation does for somebody whose policy answers every permission with
 * conditions: `list` leaves out what they may not see, `object` is about one that
 * is not there for them, `none` tells of no single one. Whatever is not here is
 * refused.
 */
const CONDITIONAL: Record<string, 'list' | 'object' | 'none'> = {
  'tasks.list': 'list',
  'tasks.board': 'list',
  'tasks.get': 'object',
  'tasks.update': 'object',
  'tasks.delete': 'object',
  'tasks.setStatus': 'object',
  'tasks.setCapabilities': 'object',
  'tasks.cancel': 'object',
  'tasks.requeue': 'object',
  'tasks.readLogs': 'object',
  'tasks.listArtifacts': 'object',
  'tasks.readArtifact': 'object',
  'tasks.history': 'object',
  'tasks.lineage': 'object',
  'reviews.list': 'list',
  'reviews.get': 'object',
  'reviews.forTask': 'object',
  'activity.list': 'list',
  'portal.me': 'none',
  'portal.transports': 'none',
  'portal.overview': 'list',
  'runs.list': 'list',
  'runs.get': 'object',
  'runs.cancel': 'object',
  'runs.resumePreview': 'object',
  'approvals.list': 'list',
  'approvals.get': 'object',
  'approvals.decide': 'object',
  'approvals.delegate': 'object',
};

/** What operations need besides the names in their path. */
const NEEDED: Record<string, object> = {
  'tasks.setStatus': { status: 'queued' },
  'tasks.setCapabilities': { capabilities: [] },
  'approvals.decide': { decision: 'approve' },
  'approvals.delegate': { to: 'user:default/sam' },
};

const KINDS: CallerKind[] = [
  'anonymous',
  'viewer',
  'supervisor',
  'admin',
  'agent',
];

jest.setTimeout(120_000);

describe('who may call what', () => {
  const policy = new PortalPolicy();
  let plane: TestControlPlane;
  let agent: { id: string; key: string };

  beforeAll(async () => {
    plane = await TestControlPlane.start({ features: [policy.feature] });
    agent = await plane.agent();
  });

  afterAll(async () => {
    await plane.stop();
  });

  /** A stream that is let in does not end by itself: only its beginning is looked at. */
  async function checkStream(
    operation: Operation,
    path: string,
    kind: CallerKind,
    token: string | undefined,
  ): Promise<string[]> {
    const gone = new AbortController();
    const { status } = await fetch(
      `${plane.baseUrl}${path}?sessionId=${randomUUID()}`,
      {
        method: operation.method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal: gone.signal,
      },
    );
    gone.abort();
    const refusal = kind === 'anonymous' ? 401 : 403;
    const expected = MATRIX[operation.id].includes(kind) ? 200 : refusal;
    return status === expected ? [] : [`${operation.id} answers ${status}`];
  }

  it('is written down for every operation, and for no other', () => {
    expect(allOperations.map(({ id }) => id).sort()).toEqual(
      Object.keys(MATRIX).sort(),
    );
  });

  it.each(KINDS)('holds for %s', async kind => {
    const tokens: Partial<Record<CallerKind, string>> = {
      viewer: plane.tokenOf('viewer'),
      supervisor: plane.tokenOf('supervisor'),
      admin: plane.tokenOf('admin'),
      agent: agent.key,
    };
    const token = tokens[kind];
    const wrong: string[] = [];
    for (const operation of allOperations) {
      // Agents act for themselves; everything else that is named is not there.
      const id =
        kind === 'agent' && operation.id.startsWith('agents.')
          ? agent.id
          : randomUUID();
      const { path } = encodeCall(
        operation,
        Object.fromEntries(pathInputs(operation).map(name => [name, id])),
      );
      const verb = operation.method.toLowerCase() as 'get';
      if (operation.events) {
        wrong.push(...(await checkStream(operation, path, kind, token)));
        continue;
      }
      const call = request(plane.server)[verb](`/api/devart${path}`);
      const response = await (token
        ? call.set('authorization', `Bearer ${token}`)
        : call);
      const refusal = kind === 'anonymous' ? 401 : 403;
      const isRefused = [401, 403].includes(response.status);
      const mayCall = MATRIX[operation.id].includes(kind);
      if (mayCall ? isRefused : response.status !== refusal) {
        wrong.push(`${operation.id} answers ${response.status}`);
      }
      if (response.status >= 500) {
        wrong.push(`${operation.id} answers ${response.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('holds for an admin to whom the policy gives everything on conditions', async () => {
    for (const permission of devartPermissions) {
      policy.answer(permission, {
        rule: 'IS_CREATOR',
        resourceType: 'any',
        params: { claims: [] },
      });
    }
    const wrong: string[] = [];
    for (const operation of allOperations) {
      if (!operation.callers.people) {
        continue;
      }
      const { path } = encodeCall(
        operation,
        Object.fromEntries(
          pathInputs(operation).map(name => [name, randomUUID()]),
        ),
      );
      const verb = operation.method.toLowerCase() as 'get';
      const { status, body } = await request(plane.server)
        [verb](`/api/devart${path}`)
        .set('authorization', `Bearer ${plane.tokenOf('admin')}`)
        .send(NEEDED[operation.id]);
      const answered =
        status === 403 ? body.error.message : JSON.stringify(body);
      const kind = CONDITIONAL[operation.id];
      const isRight = kind
        ? status === (kind === 'object' ? 404 : 200)
        : status === 403 &&
          answered.includes('cannot be done for some objects only');
      if (!isRight) {
        wrong.push(`${operation.id} answers ${status} ${answered}`);
      }
    }
    policy.reset();
    expect(wrong).toEqual([]);
  });

  it('refuses keys and tokens that are none', async () => {
    for (const token of ['dvk_nonsense', 'nonsense', `${agent.key}x`]) {
      const { status } = await request(plane.server)
        .get('/api/devart/tasks')
        .set('authorization', `Bearer ${token}`);
      expect([token, status]).toEqual([token, 401]);
    }
  });

  it('leaves every refusal in the audit trail', async () => {
    await request(plane.server)
      .post('/api/devart/tasks')
      .set('authorization', `Bearer ${plane.tokenOf('viewer')}`)
      .send({ title: 'Not mine to make' })
      .expect(403);

    const entries = await eventually(async () => {
      const { items } = await plane.as('supervisor').audit.list({
        operation: 'tasks.create',
        outcome: ['refused'],
        actor: 'user:default/vic',
      });
      expect(items.length).toBeGreaterThan(0);
      return items;
    });
    expect(entries[0]).toMatchObject({ httpStatus: 403 });
  });

  it('describes every operation in the OpenAPI document', async () => {
    const { body } = await request(plane.server)
      .get('/api/devart/openapi.json')
      .expect(200);
    const described = Object.values<Record<string, { operationId: string }>>(
      body.paths,
    ).flatMap(path =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(described.sort()).toEqual(Object.keys(MATRIX).sort());
  });
});
