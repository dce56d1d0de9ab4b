import {
  AGENT_STATUSES,
  agentCreatePermission,
  enrolmentManagePermission,
  type Agent,
} from '@devart/plugin-devart-common';
import AddIcon from '@material-ui/icons/Add';
import { useState } from 'react';
import { useAccess } from '../../access';
import {
  AgentRegistrationPanel,
  useAgentDialogs,
  useAgentMenu,
} from '../../agents';
import { useDevartApi } from '../../api';
import { ActionButton, allOr, ChoiceInput, EmptyState } from '../../components';
import { AGENT_STATUS_WORDS } from '../../format';
import { HaltNotice } from '../../halt';
import { useLivePages } from '../../live';
import { FilteredList, PageHead, SearchInput, useUrlFilters } from '../shared';
import { AgentTable } from './AgentTable';
import { EnrolmentTokensPanel } from './enrolment';

const NAMES = ['text', 'status', 'capability'] as const;
const STATUSES = allOr(AGENT_STATUSES, value => AGENT_STATUS_WORDS[value]);

/** All agents: what they do, and everything that can be done with them. */
export function AgentsPage() {
  const api = useDevartApi();
  const url = useUrlFilters(NAMES);
  const { filters, setFilters } = url;
  const { text, capability } = filters;
  const status = AGENT_STATUSES.find(each => each === filters.status);
  const pages = useLivePages<Agent>(
    {
      topics: ['agent', 'organization'],
      loadPage: (page, signal) =>
        api.agents.list(
          { text, capability, status: status && [status], ...page },
          { signal },
        ),
    },
    [api, text, capability, status],
  );
  const dialogs = useAgentDialogs({ onChanged: pages.reload });
  const menuOf = useAgentMenu(dialogs);
  const mayEnrol = useAccess(enrolmentManagePermission).allowed;
  const [registering, setRegistering] = useState(false);

  return (
    <>
      <PageHead
        title="Agents"
        actions={
          <ActionButton
            permission={agentCreatePermission}
            variant="contained"
            color="primary"
            size="medium"
            startIcon={<AddIcon aria-hidden />}
            onClick={() => setRegistering(true)}
          >
            Register agent
          </ActionButton>
        }
      />
      <HaltNotice />
      <FilteredList
        url={url}
        search={{ name: 'text', label: 'Search agents' }}
        filters={
          <>
            <ChoiceInput
              label="Status"
              value={status ?? ''}
              choices={STATUSES}
              onChange={chosen => setFilters({ status: chosen })}
            />
            <SearchInput
              label="Capability"
              value={capability}
              onChange={typed => setFilters({ capability: typed })}
            />
          </>
        }
        pages={pages}
        skeletonRows={6}
        noMatch="No agent matches these filters"
        empty={
          <EmptyState
            title="There are no agents yet"
            text="An agent is a program that takes tasks from the queue and works on them. Register one to get a key and the command that starts it."
            action={
              <ActionButton
                permission={agentCreatePermission}
                onClick={() => setRegistering(true)}
              >
                Register the first agent
              </ActionButton>
            }
          />
        }
      >
        {items => (
          <AgentTable agents={items} dialogs={dialogs} menuOf={menuOf} />
        )}
      </FilteredList>
      {mayEnrol && <EnrolmentTokensPanel />}
      {dialogs.dialog}
      {registering && (
        <AgentRegistrationPanel
          onClose={() => setRegistering(false)}
          onRegistered={pages.reload}
        />
      )}
    </>
  );
}
