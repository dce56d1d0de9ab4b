import { useAgentName } from '../directory';
import { readActor } from '../format';
import { Link, useLinks } from '../navigation';
import { EntityLink } from './EntityLink';

/** Who did something. */
export function ActorLabel({ actor }: { actor: string }) {
  const links = useLinks();
  const { kind, name } = readActor(actor);
  const agentName = useAgentName(kind === 'agent' ? name : undefined);
  switch (kind) {
    case 'user':
      return actor.includes('/') ? (
        <EntityLink entityRef={actor} />
      ) : (
        <span>{name}</span>
      );
    case 'agent':
      return <Link to={links.agent(name)}>{agentName ?? 'an agent'}</Link>;
    case 'system':
      return <span>the portal</span>;
    case 'anonymous':
      return <span>somebody unknown</span>;
    default:
      return (
        <span>
          {kind} {name}
        </span>
      );
  }
}
