import {
  approvalDecidePermission,
  approvalRequestPermission,
  type Approval,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  ActionButton,
  ActorLabel,
  EffectLabel,
  EntityLink,
  Facts,
  Money,
  JsonView,
  Notice,
  Panel,
  ReasonDialog,
  RelativeTime,
  TwoColumns,
  useToasts,
} from '../components';
import { ApprovalHistory } from './ApprovalHistory';
import { ApprovalStatusLabel } from './ApprovalStatusLabel';
import { ApprovalSubject } from './ApprovalSubject';
import { DecideDialog, type Decision } from './DecideDialog';
import { DelegateDialog } from './DelegateDialog';
import { Expiry } from './Expiry';

const useStyles = makeStyles(theme => ({
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(1.5),
    ...theme.typography.body2,
  },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(2),
  },
  text: {
    ...theme.typography.body1,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    maxWidth: '90ch',
    margin: theme.spacing(0, 0, 2),
  },
}));

const IS_OVER = 'It has been decided, or nobody needs it any more.';

/** A request for approval: exactly what would be done, and the decision. */
export function ApprovalView(props: {
  approval: Approval;
  reload: () => Promise<void>;
}) {
  const classes = useStyles();
  const { approval, reload } = props;
  const { description, effect, action, edit } = approval;
  const isPending = approval.status === 'pending';
  return (
    <>
      <div className={classes.line} role="status" aria-label="State">
        <ApprovalStatusLabel status={approval.status} />
        <EffectLabel effect={approval.effectClass} />
        {isPending && <Expiry approval={approval} />}
        {approval.approvalsNeeded > 1 && (
          <span>
            {approval.approvalsGiven} of {approval.approvalsNeeded} people have
            agreed
          </span>
        )}
      </div>
      {isPending && !approval.mayDecide && approval.whyNot && (
        <Notice kind="waiting">You cannot decide: {approval.whyNot}</Notice>
      )}
      <ApprovalActions approval={approval} reload={reload} />
      {description && <p className={classes.text}>{description}</p>}
      <TwoColumns
        main={
          <>
            <Panel title="Exactly what will be done">
              {effect && <p className={classes.text}>{effect}</p>}
              {(!effect || Object.keys(action).length > 0) && (
                <JsonView label="Action" value={action} />
              )}
            </Panel>
            {edit && (
              <Panel
                title={
                  isPending
                    ? 'What whoever approves may change'
                    : 'The values it was decided with'
                }
              >
                <JsonView label="Values" value={edit} />
              </Panel>
            )}
          </>
        }
        side={
          <>
            <ApprovalFacts approval={approval} />
            <ApprovalHistory approval={approval} />
          </>
        }
      />
    </>
  );
}

function ApprovalActions(props: {
  approval: Approval;
  reload: () => Promise<void>;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const { approval, reload } = props;
  const [open, setOpen] = useState<Decision | 'delegate' | 'cancel'>();
  const close = () => setOpen(undefined);
  const isPending = approval.status === 'pending';
  const whyNotDecide = isPending ? whyNot(approval) : IS_OVER;
  return (
    <div className={classes.actions}>
      <ActionButton
        variant="contained"
        color="primary"
        permission={approvalDecidePermission}
        disabledReason={whyNotDecide}
        onClick={() => setOpen('approve')}
      >
        Approve
      </ActionButton>
      {approval.edit && (
        <ActionButton
          permission={approvalDecidePermission}
          disabledReason={whyNotDecide}
          onClick={() => setOpen('edit')}
        >
          Edit and approve
        </ActionButton>
      )}
      <ActionButton
        permission={approvalDecidePermission}
        disabledReason={whyNotDecide}
        onClick={() => setOpen('reject')}
      >
        Reject
      </ActionButton>
      <ActionButton
        permission={approvalDecidePermission}
        disabledReason={whyNotDecide}
        onClick={() => setOpen('delegate')}
      >
        Delegate
      </ActionButton>
      <ActionButton
        permission={approvalRequestPermission}
        disabledReason={isPending ? undefined : IS_OVER}
        onClick={() => setOpen('cancel')}
      >
        Withdraw
      </ActionButton>
      {open === 'delegate' && (
        <DelegateDialog
          approval={approval}
          onClose={close}
          onDelegated={reload}
        />
      )}
      {open === 'cancel' && (
        <ReasonDialog
          title={`Withdraw “${approval.title}”?`}
          text="Nobody needs to decide it any more; what waits for it is told so."
          submitLabel="Withdraw"
          onClose={close}
          onConfirm={async reason => {
            await api.approvals.cancel({ id: approval.id, reason });
            toasts.success('Withdrawn');
            close();
            await reload();
          }}
        />
      )}
      {(open === 'approve' || open === 'edit' || open === 'reject') && (
        <DecideDialog
          approval={approval}
          decision={open}
          onClose={close}
          onDecided={reload}
        />
      )}
    </div>
  );
}

function whyNot({ mayDecide, whyNot: reason }: Approval): string | undefined {
  return mayDecide ? undefined : (reason ?? 'It is not for you to decide.');
}

function ApprovalFacts({ approval }: { approval: Approval }) {
  const list = (refs: readonly string[]) =>
    refs.map(ref => (
      <div key={ref}>
        <EntityLink entityRef={ref} />
      </div>
    ));
  const { approvers, escalateTo } = approval;
  return (
    <Panel title="Details">
      <Facts
        facts={{
          'Asked by': <ActorLabel actor={approval.requestedBy} />,
          Asked: <RelativeTime at={approval.createdAt} />,
          For: approval.subject && (
            <ApprovalSubject subject={approval.subject} />
          ),
          About: approval.entityRef && (
            <EntityLink entityRef={approval.entityRef} />
          ),
          'May decide':
            approvers.length > 0
              ? list(approvers)
              : 'everybody with the permission',
          Needs: `${approval.approvalsGiven} of ${approval.approvalsNeeded} given`,
          'Expected cost':
            approval.costMicros === undefined ? undefined : (
              <Money micros={approval.costMicros} />
            ),
          Expires: approval.expiresAt && (
            <RelativeTime at={approval.expiresAt} />
          ),
          'Then asked': escalateTo.length > 0 ? list(escalateTo) : undefined,
          Decided: approval.decidedAt && (
            <RelativeTime at={approval.decidedAt} />
          ),
          Id: approval.id,
        }}
      />
    </Panel>
  );
}
