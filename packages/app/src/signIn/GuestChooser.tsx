import Button from '@material-ui/core/Button';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { type Guest } from './guestsFromConfig';
import { SignInPart } from './SignInPart';

const useStyles = makeStyles(theme => ({
  // The red of the dark theme is too faint for text.
  problem: {
    marginTop: theme.spacing(2),
    paddingLeft: theme.spacing(1),
    borderLeft: `4px solid ${theme.palette.error.main}`,
  },
  list: {
    listStyle: 'none',
    margin: theme.spacing(3, 0, 0),
    padding: 0,
    display: 'grid',
    gap: theme.spacing(2),
  },
  button: {
    padding: theme.spacing(2, 3),
    justifyContent: 'flex-start',
    textAlign: 'left',
    textTransform: 'none',
  },
  label: {
    display: 'block',
  },
}));

export interface GuestChooserProps {
  title: string;
  guests: Guest[];
  onChoose: (guest: Guest) => void;
  problem?: string;
}

export function GuestChooser({
  title,
  guests,
  onChoose,
  problem,
}: GuestChooserProps) {
  const classes = useStyles();

  return (
    <SignInPart title={title}>
      {guests.length > 0 ? (
        <Typography>Who do you want to be?</Typography>
      ) : (
        <Typography>
          Nobody can sign in yet. Guests exist only in development; configure a
          sign-in provider of your organisation, or set auth.environment to
          development and list people under auth.providers.guests.users.
        </Typography>
      )}
      {problem && (
        <Typography role="alert" className={classes.problem}>
          {problem}
        </Typography>
      )}
      <ul className={classes.list}>
        {guests.map(guest => (
          <li key={guest.userEntityRef}>
            <Button
              fullWidth
              size="large"
              variant="outlined"
              className={classes.button}
              onClick={() => onChoose(guest)}
            >
              <span>
                <Typography
                  component="span"
                  variant="h6"
                  className={classes.label}
                >
                  {guest.title}
                </Typography>
                {guest.description && (
                  <Typography
                    component="span"
                    variant="body2"
                    className={classes.label}
                  >
                    {guest.description}
                  </Typography>
                )}
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </SignInPart>
  );
}
