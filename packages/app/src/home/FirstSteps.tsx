import { Link } from '@backstage/core-components';
import List from '@material-ui/core/List';
import ListItem from '@material-ui/core/ListItem';
import ListItemText from '@material-ui/core/ListItemText';

const steps = [
  {
    to: '/catalog',
    title: 'Look around the catalog',
    text: 'Services, APIs, people and agents, and who owns what',
  },
  {
    to: '/create',
    title: 'Start something from a template',
    text: 'Templates hand work to the agents',
  },
  {
    to: '/settings',
    title: 'Choose a theme or sign out',
    text: 'Sign in as somebody else to see another role',
  },
];

export function FirstSteps() {
  return (
    <List disablePadding>
      {steps.map(({ to, title, text }) => (
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
