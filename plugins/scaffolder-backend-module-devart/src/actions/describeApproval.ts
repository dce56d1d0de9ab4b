import type { Approval } from '@devart/plugin-devart-common';
import { literally } from './literally';

/** In one line, for people: where a request for approval stands. */
export function describeApproval(approval: Approval): string {
  const { status, approvalsGiven, approvalsNeeded, approvers } = approval;
  if (status === 'pending') {
    const who = approvers.length > 0 ? ` by ${approvers.join(', ')}` : '';
    return `${approvalsGiven} of ${approvalsNeeded} approvals are given; it waits to be decided${who}`;
  }
  const last = approval.decisions.at(-1);
  const because = last?.comment ?? approval.reason;
  return `It is ${status}${because ? `: ${because}` : ''}`;
}

/** What was decided, in Markdown. */
export function describeDecision(approval: Approval): string {
  const said = approval.decisions
    .filter(({ superseded }) => !superseded)
    .map(({ by, onBehalfOf, decision, comment, edited }) =>
      [
        `- ${literally(by)}${onBehalfOf ? ` for ${literally(onBehalfOf)}` : ''}: ${decision}${edited ? ', with changes' : ''}`,
        ...(comment ? [literally(comment)] : []),
      ].join(' - '),
    );
  return [
    `${literally(approval.title)}: **${approval.status}**`,
    ...(said.length > 0 ? ['', ...said] : []),
  ].join('\n');
}
