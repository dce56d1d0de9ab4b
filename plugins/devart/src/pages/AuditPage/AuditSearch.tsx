import { AUDIT_OUTCOMES, type AuditEntry } from '@devart/plugin-devart-common';
import { useDevartApi } from '../../api';
import { allOr, ChoiceInput, EmptyState, TextInput } from '../../components';
import { instantOf } from '../../format';
import { useLivePages } from '../../live';
import { FilteredList, SearchInput, useUrlFilters } from '../shared';
import { AuditTable } from './AuditTable';
import { OUTCOME_WORDS } from './outcomes';

const NAMES = [
  'text',
  'actor',
  'operation',
  'subject',
  'outcome',
  'since',
  'until',
] as const;
const OUTCOMES = allOr(AUDIT_OUTCOMES, value => OUTCOME_WORDS[value]);

/** The audit trail with what narrows it. */
export function AuditSearch() {
  const api = useDevartApi();
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const { text, actor, operation, subject, since, until } = filters;
  const outcome = AUDIT_OUTCOMES.find(each => each === filters.outcome);
  const pages = useLivePages<AuditEntry>(
    {
      topics: ['audit'],
      minimumIntervalMs: 1000,
      loadPage: (page, signal) =>
        api.audit.list(
          {
            text,
            actor,
            operation,
            subject,
            outcome: outcome && [outcome],
            since: instantOf(since),
            until: instantOf(until),
            ...page,
          },
          { signal },
        ),
    },
    [api, filters],
  );

  return (
    <FilteredList
      url={url}
      search={{ name: 'text', label: 'Search the trail' }}
      filters={
        <>
          <ChoiceInput
            label="Outcome"
            value={outcome ?? ''}
            choices={OUTCOMES}
            onChange={value => setFilters({ outcome: value })}
          />
          <SearchInput
            label="Who"
            value={actor}
            onChange={value => setFilters({ actor: value })}
          />
          <SearchInput
            label="Operation"
            value={operation}
            onChange={value => setFilters({ operation: value })}
          />
          <SearchInput
            label="Subject id"
            value={subject}
            onChange={value => setFilters({ subject: value })}
          />
          <TextInput
            type="datetime-local"
            label="Since"
            InputLabelProps={{ shrink: true }}
            value={since ?? ''}
            onChange={event => setFilters({ since: event.target.value })}
          />
          <TextInput
            type="datetime-local"
            label="Until"
            InputLabelProps={{ shrink: true }}
            value={until ?? ''}
            onChange={event => setFilters({ until: event.target.value })}
          />
        </>
      }
      pages={pages}
      skeletonRows={8}
      noMatch="No entry matches these filters"
      empty={
        <EmptyState
          title="Nothing has been changed yet"
          text="Every change of tasks and agents, made or refused, appears here."
        />
      }
    >
      {items => <AuditTable entries={items} />}
    </FilteredList>
  );
}
