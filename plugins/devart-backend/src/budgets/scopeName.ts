/** What the scope of `b` is called, whose organisation is `b.organization_id`. */
export const SCOPE_NAME = `case b.scope_kind
    when 'organization' then (select title from organizations where id = b.organization_id)
    when 'team' then b.scope_ref
    when 'service' then (select title from services where organization_id = b.organization_id and id = b.scope_ref::uuid)
    when 'agent' then (select name from agents where organization_id = b.organization_id and id = b.scope_ref::uuid)
    when 'workflow' then (select title from workflows where organization_id = b.organization_id and id = b.scope_ref::uuid)
    when 'run' then (select w.title || ' #' || r.number from workflow_runs r join workflows w on w.id = r.workflow_id
      where r.organization_id = b.organization_id and r.id = b.scope_ref::uuid)
  end`;
