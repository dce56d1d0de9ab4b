import type { Approval } from '@devart/plugin-devart-common';
import { Link, useLinks } from '../navigation';

/** What waits for an approval, with a link to it. */
export function ApprovalSubject(props: {
  subject: NonNullable<Approval['subject']>;
}) {
  const links = useLinks();
  const { kind, id, name, step } = props.subject;
  return (
    <Link to={kind === 'task' ? links.task(id) : links.run(id, { step })}>
      {name}
    </Link>
  );
}
