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
    text: 'Who works on what, why it waits, how it ends',
  },
  {
    to: '/devart/workflows',
    title: 'Run a workflow',
    text: 'Agents test, somebody agrees, agents deploy',
  },
  {
    to: '/devart/agents',
    title: 'See the agents, or register one of yours',
    text: 'What they can do, and what stops them',
  },
  {
    to: '/catalog',
    title: 'Look around the catalog',
    text: 'Services, agents, people, and who owns what',
  },
  {
    to: '/settings',
    title: 'Choose a theme or sign out',
    text: 'Another person is another role',
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
        ? 'Next, Review and Create are all it needs'
        : 'Your role looks on; sign in as a supervisor',
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
