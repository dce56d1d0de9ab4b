// @ts-check

/**
 * Reviews of changes, what they found, what people dismissed, and the
 * deliveries of webhooks that were seen.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create table reviews (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      task_id uuid not null references tasks (id) on delete cascade,
      source text not null,
      repository text not null,
      number integer,
      title text not null,
      url text,
      clone_url text not null,
      base text,
      head text not null,
      -- How often the review of this head was asked for again at the code host.
      rerun integer not null default 0,
      entity_ref text,
      -- What the code host said about the change, to act on it later.
      change jsonb,
      superseded_by uuid references reviews (id) on delete set null,
      conclusion text check (conclusion in ('success', 'neutral', 'failure')),
      result jsonb,
      publish_state text not null check (publish_state in ('none', 'pending', 'published', 'failed')),
      -- Grows with every change that should be shown at the code host.
      revision integer not null default 1,
      -- The status of the task that was last shown at the code host.
      published_status text,
      publish_attempts integer not null default 0,
      publish_after timestamptz,
      publish_error text,
      publish_memory jsonb not null default '{}',
      check_url text,
      comment_url text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index reviews_task on reviews (task_id);
    -- One review of a head, however often its webhook is delivered.
    create unique index reviews_head on reviews (organization_id, source, repository, number, head, rerun)
      where number is not null;
    create index reviews_feed on reviews (organization_id, id desc);
    create index reviews_entity on reviews (organization_id, entity_ref, id desc) where entity_ref is not null;
    create index reviews_unpublished on reviews (publish_after) where publish_state <> 'none';

    create table findings (
      id uuid primary key,
      organization_id uuid not null,
      review_id uuid not null references reviews (id) on delete cascade,
      repository text not null,
      fingerprint text not null,
      path text not null,
      line integer,
      end_line integer,
      severity text not null check (severity in ('error', 'warning', 'notice')),
      tool text not null,
      rule text not null,
      title text not null,
      message text not null,
      known boolean not null,
      position integer not null,
      unique (review_id, fingerprint)
    );

    create table finding_dismissals (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      repository text not null,
      fingerprint text not null,
      dismissed_by text not null,
      reason text not null,
      at timestamptz not null default now(),
      unique (organization_id, repository, fingerprint)
    );

    create table webhook_deliveries (
      source text not null,
      delivery_id text not null,
      organization_id uuid not null references organizations (id),
      event text not null,
      received_at timestamptz not null default now(),
      outcome text,
      detail text,
      primary key (source, delivery_id)
    );
    create index webhook_deliveries_age on webhook_deliveries (received_at);
  `);
  for (const table of [
    'reviews',
    'findings',
    'finding_dismissals',
    'webhook_deliveries',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      grant select, insert, update, delete on ${table} to devart_system;
      create policy system_all on ${table} to devart_system using (true) with check (true);
    `);
  }
  await knex.raw(`
    grant select, insert, update (conclusion, publish_state, published_status, publish_after, publish_attempts, revision, updated_at)
      on reviews to devart_request;
    create policy staff_update on reviews for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy member_read on reviews for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_insert on reviews for insert to devart_request
      with check (devart_is_staff(organization_id));

    -- A review with the status of its task.
    create view review_live with (security_invoker = true) as
      select r.*, t.status, t.last_error from reviews r join task_live t on t.id = r.task_id;
    grant select on review_live to devart_system, devart_request;

    grant select on findings to devart_request;
    create policy member_read on findings for select to devart_request
      using (organization_id = devart_organization());

    grant select, insert, update, delete on finding_dismissals to devart_request;
    create policy member_read on finding_dismissals for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_write on finding_dismissals to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw('drop view review_live');
  await knex.raw(
    'drop table webhook_deliveries, finding_dismissals, findings, reviews',
  );
};
