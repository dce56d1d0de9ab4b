import { Link } from '@backstage/core-components';
import { usePermission } from '@backstage/plugin-permission-react';
import { taskCreatePermission } from '@devart/plugin-devart-common';
import List from '@material-ui/core/List';
import ListItem from '@material-ui/core/ListItem';
import ListItemText from '@material-ui/core/ListItemText';

const steps = [
  {
    to: '/devart/tasks',
    title: 'Watch the board',
    text: 'Every task, live: who works on it, why it waits, how it ended',
  },
  {
    to: '/devart/workflows',
    title: 'Run a workflow',
    text: 'Agents test, somebody agrees, agents deploy and verify; every step is live',
  },
  {
    to: '/devart/agents',
    title: 'See the agents, or register one of yours',
    text: 'What each of them can do and does, and the switch that stops it',
  },
  {
    to: '/catalog',
    title: 'Look around the catalog',
    text: 'Services, APIs, people and agents, and who owns what',
  },
  {
    to: '/settings',
    title: 'Choose a theme or sign out',
    text: 'Sign in as somebody else to see another role',
  },
];

/** Where somebody new starts: with a review, if their role may ask for one. */
export function FirstSteps() {
  const { allowed, loading } = usePermission({
    permission: taskCreatePermission,
  });
  const review = {
    to: '/create/templates/default/review-a-change',
    title: 'Let an agent review a change',
    text:
      allowed || loading
        ? 'Takes the newest commit of this repository unless you say otherwise; Next, Review and Create are all it needs'
        : 'Your role looks on and starts nothing; sign in as a supervisor to start a review',
  };

  return (
    <List disablePadding>
      {[review, ...steps].map(({ to, title, text }) => (
        <ListItem key={to} disableGutters>
          <ListItemText
            primary={<Link to={to}>{title}</Link>}
            secondary={text}
          />
        </ListItem>
      ))}
    </List>
  );
}
