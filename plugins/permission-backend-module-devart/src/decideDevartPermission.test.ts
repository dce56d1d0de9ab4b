import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  devartPermissions,
  ROLES,
  type Role,
} from '@devart/plugin-devart-common';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decideDevartPermission } from './decideDevartPermission';

const EVERYBODY: Role[] = ['viewer', 'supervisor', 'admin'];
const STAFF: Role[] = ['supervisor', 'admin'];
const ADMINS: Role[] = ['admin'];

/** Who may do what, spelled out a second time on purpose. */
const allowed: Record<string, Role[]> = {
  'devart.task.read': EVERYBODY,
  'devart.task.create': STAFF,
  'devart.task.update': STAFF,
  'devart.task.delete': STAFF,
  'devart.agent.read': EVERYBODY,
  'devart.agent.create': STAFF,
  'devart.agent.update': STAFF,
  'devart.agent.delete': ADMINS,
  'devart.agent.halt': STAFF,
  'devart.enrolment.manage': ADMINS,
  'devart.finding.dismiss': STAFF,
  'devart.audit.read': STAFF,
  'devart.workflow.read': EVERYBODY,
  'devart.workflow.create': STAFF,
  'devart.workflow.update': STAFF,
  'devart.workflow.delete': ADMINS,
  'devart.workflow.run': STAFF,
  'devart.run.update': STAFF,
  'devart.approval.read': EVERYBODY,
  'devart.approval.request': STAFF,
  'devart.approval.decide': STAFF,
  'devart.budget.read': EVERYBODY,
  'devart.budget.update': STAFF,
  'devart.budget.delete': ADMINS,
  'devart.ledger.correct': ADMINS,
  'devart.analytics.read': EVERYBODY,
  'devart.analytics.update': STAFF,
  'devart.recording.read': ADMINS,
};

const table = devartPermissions.flatMap(permission =>
  ROLES.map(role => ({ permission, name: permission.name, role })),
);

describe('decideDevartPermission', () => {
  it.each(table)('$role and $name', ({ permission, name, role }) => {
    expect(decideDevartPermission(permission, role)).toEqual({
      result: allowed[name].includes(role)
        ? AuthorizeResult.ALLOW
        : AuthorizeResult.DENY,
    });
  });

  it('says nothing of permissions of other plugins', () => {
    expect(
      decideDevartPermission({ name: 'catalog.entity.read' }, 'admin'),
    ).toBeUndefined();
  });
});

describe('the sample for the RBAC plugin', () => {
  it('allows what the roles allow, and nothing else', () => {
    const lines = readFileSync(
      resolve(__dirname, '../samples/rbac-policy.csv'),
      'utf8',
    ).split('\n');
    const sampled = lines
      .filter(line => line.startsWith('p,'))
      .map(line => line.slice('p, '.length));

    const expected = table
      .filter(({ name, role }) => allowed[name].includes(role))
      .map(
        ({ permission, name, role }) =>
          `role:default/devart-${role}, ${name}, ${permission.attributes.action}, allow`,
      );

    expect(sampled.sort()).toEqual(expected.sort());
  });
});
