import { useAgentDirectory } from '../directory';
import { readActor } from '../format';
import { Link, useLinks } from '../navigation';
import { EntityLink } from './EntityLink';

/** Who did something. */
export function ActorLabel({ actor }: { actor: string }) {
  const links = useLinks();
  const agents = useAgentDirectory();
  const { kind, name } = readActor(actor);
  switch (kind) {
    case 'user':
      return actor.includes('/') ? (
        <EntityLink entityRef={actor} />
      ) : (
        <span>{name}</span>
      );
    case 'agent':
      return (
        <Link to={links.agent(name)}>
          {agents.find(agent => agent.id === name)?.name ?? 'an agent'}
        </Link>
      );
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
