import type { Activity } from '@devart/plugin-devart-common';
import { Link, useLinks } from '../navigation';

/** What something happened to, with a link where there is a page for it. */
export function ActivitySubject(props: { subject: Activity['subject'] }) {
  const links = useLinks();
  const { kind, id, name } = props.subject;
  switch (kind) {
    case 'task':
      return <Link to={links.task(id)}>{name}</Link>;
    case 'agent':
      return <Link to={links.agent(id)}>{name}</Link>;
    case 'review':
      return <Link to={links.reviews()}>{name}</Link>;
    case 'workflow':
      return <Link to={links.workflow(id)}>{name}</Link>;
    case 'run':
      return <Link to={links.run(id)}>{name}</Link>;
    case 'approval':
      return <Link to={links.approval(id)}>{name}</Link>;
    default:
      return <>{name}</>;
  }
}
