import Container from '@material-ui/core/Container';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { type PropsWithChildren } from 'react';

const useStyles = makeStyles(theme => ({
  root: {
    minHeight: '100vh',
    display: 'flex',
    flexDirection: 'column',
    justifyContent: 'center',
    paddingTop: theme.spacing(4),
    paddingBottom: theme.spacing(4),
  },
}));

/** What is shown in place of the portal while nobody is signed in. */
export function SignInPart(props: PropsWithChildren<{ title: string }>) {
  const classes = useStyles();
  return (
    <Container component="main" maxWidth="sm" className={classes.root}>
      <Typography variant="h1" gutterBottom>
        {props.title}
      </Typography>
      {props.children}
    </Container>
  );
}
