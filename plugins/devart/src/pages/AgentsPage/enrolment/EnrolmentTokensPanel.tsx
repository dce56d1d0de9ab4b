import {
  enrolmentManagePermission,
  type OperationOutput,
  type operations,
} from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import Switch from '@material-ui/core/Switch';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../../../api';
import {
  ActionButton,
  ActorLabel,
  ConfirmDialog,
  DataTable,
  EmptyState,
  Loaded,
  Panel,
  RelativeTime,
  Rows,
  useToasts,
  type Column,
} from '../../../components';
import { useLive } from '../../../live';
import { CreateEnrolmentTokenDialog } from './CreateEnrolmentTokenDialog';

type Token = OperationOutput<
  typeof operations.agents.listEnrolmentTokens
>['items'][number];

const useStyles = makeStyles(theme => ({
  root: { marginTop: theme.spacing(3) },
}));

function endOf(token: Token) {
  if (token.revokedAt) {
    return (
      <>
        revoked <RelativeTime at={token.revokedAt} />
      </>
    );
  }
  return token.uses >= token.maxUses ? (
    'used up'
  ) : (
    <RelativeTime at={token.expiresAt} />
  );
}

/** The tokens with which agents register themselves. */
export function EnrolmentTokensPanel() {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const [includeEnded, setIncludeEnded] = useState(false);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const live = useLive(
    {
      topics: ['agent', 'organization'],
      load: signal =>
        api.agents.listEnrolmentTokens({ includeEnded }, { signal }),
    },
    [api, includeEnded],
  );
  const columns: Column<Token>[] = [
    { header: 'Name', render: token => token.name },
    {
      header: 'Begins with',
      hideBelow: 'Sm',
      render: token => <code>{token.prefix}…</code>,
    },
    {
      header: 'Used',
      render: token => `${token.uses} of ${token.maxUses}`,
    },
    { header: 'Ends', render: endOf },
    {
      header: 'Created by',
      hideBelow: 'Md',
      render: token => <ActorLabel actor={token.createdBy} />,
    },
    {
      header: 'Actions',
      render: token => (
        <Button
          size="small"
          variant="outlined"
          aria-label={`Revoke ${token.name}`}
          disabled={token.revokedAt !== undefined}
          onClick={() => setRevoking(token)}
        >
          Revoke
        </Button>
      ),
    },
  ];

  return (
    <Panel
      className={classes.root}
      title="Enrolment tokens"
      actions={
        <>
          <FormControlLabel
            control={
              <Switch
                size="small"
                color="primary"
                checked={includeEnded}
                onChange={(_event, checked) => setIncludeEnded(checked)}
              />
            }
            label="Show ended ones"
          />
          <ActionButton
            permission={enrolmentManagePermission}
            onClick={() => setCreating(true)}
          >
            Create token
          </ActionButton>
        </>
      }
    >
      <Typography variant="body2" gutterBottom>
        With a token an agent registers itself. It may work when somebody has
        activated it here.
      </Typography>
      <Loaded live={live} skeleton={<Rows count={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No tokens"
              text="Create one where agents start by themselves, such as in a build or a cluster."
            />
          ) : (
            <DataTable
              label="Enrolment tokens"
              columns={columns}
              rows={items}
              rowKey={token => token.id}
            />
          )
        }
      </Loaded>
      {creating && (
        <CreateEnrolmentTokenDialog
          onClose={() => setCreating(false)}
          onCreated={live.reload}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          text="No agent can register with it from now on. Agents that did, stay."
          submitLabel="Revoke"
          onClose={() => setRevoking(undefined)}
          onConfirm={async () => {
            await api.agents.revokeEnrolmentToken({ id: revoking.id });
            toasts.success('Revoked');
            setRevoking(undefined);
            await live.reload();
          }}
        />
      )}
    </Panel>
  );
}
