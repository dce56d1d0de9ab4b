/**
 * What the scope of a budget is called, as an expression of SQL; null when it is
 * there no more.
 *
 * @param of - expressions for the kind of the scope, its reference as text, and the organisation
 */
export function scopeNameSql(of: {
  kind: string;
  ref: string;
  organization: string;
}): string {
  const { kind, ref, organization } = of;
  const own = (alias: string) =>
    `${alias}.organization_id = ${organization} and ${alias}.id = (${ref})::uuid`;
  return `case ${kind}
    when 'organization' then (select title from organizations where id = ${organization})
    when 'team' then ${ref}
    when 'service' then (select scoped.title from services scoped where ${own('scoped')})
    when 'agent' then (select scoped.name from agents scoped where ${own('scoped')})
    when 'workflow' then (select scoped.title from workflows scoped where ${own('scoped')})
    when 'run' then (select scoped_workflow.title || ' #' || scoped.number
      from workflow_runs scoped join workflows scoped_workflow on scoped_workflow.id = scoped.workflow_id
      where ${own('scoped')})
  end`;
}
