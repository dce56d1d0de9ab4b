import {
  AuthorizeResult,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import type { PermissionRule } from '@backstage/plugin-permission-node';
import {
  devartPermissions,
  ROLES,
  type Role,
} from '@devart/plugin-devart-common';
import { approvalRules, runRules, taskRules } from '@devart/plugin-devart-node';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
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
  'devart.run.read': EVERYBODY,
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

describe('the samples for the RBAC plugin', () => {
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

  it('name resources, actions, rules and parameters that there are', () => {
    const rules = [taskRules, runRules, approvalRules].flatMap(
      (some): PermissionRule<any, any, string, any>[] => Object.values(some),
    );
    const documents = parseAllDocuments(
      readFileSync(
        resolve(__dirname, '../samples/rbac-conditions.yaml'),
        'utf8',
      ),
    ).map(document => document.toJS());
    expect(documents).toHaveLength(4);
    for (const { resourceType, permissionMapping, conditions } of documents) {
      for (const action of permissionMapping) {
        expect(
          devartPermissions.filter(
            permission =>
              isResourcePermission(permission, resourceType) &&
              permission.attributes.action === action,
          ),
        ).not.toEqual([]);
      }
      for (const condition of conditions.anyOf ?? [conditions]) {
        const rule = rules.find(
          ({ name, resourceType: type }) =>
            name === condition.rule && type === condition.resourceType,
        );
        expect(condition.resourceType).toBe(resourceType);
        expect(
          rule?.paramsSchema?.['~standard'].validate(condition.params),
        ).toEqual({ value: condition.params });
      }
    }
  });
});
