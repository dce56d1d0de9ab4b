import {
  Link,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import { makeStyles } from '@material-ui/core/styles';

const useStyles = makeStyles({
  root: {
    height: 2 * sidebarConfig.logoHeight,
    paddingLeft: 22,
    display: 'flex',
    alignItems: 'center',
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: 12,
    color: '#fff',
  },
  name: {
    fontSize: 22,
    fontWeight: 700,
    letterSpacing: '-0.02em',
  },
});

export function SidebarLogo() {
  const classes = useStyles();
  const { isOpen } = useSidebarOpenState();

  return (
    <div className={classes.root}>
      <Link
        to="/"
        underline="none"
        className={classes.link}
        aria-label="devart, home"
      >
        <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
          <path
            d="M9 8h6a8 8 0 0 1 0 16H9z"
            fill="none"
            stroke="currentColor"
            strokeWidth="3"
            strokeLinejoin="round"
          />
          <circle cx="15" cy="16" r="2.5" fill="currentColor" />
        </svg>
        {isOpen && <span className={classes.name}>devart</span>}
      </Link>
    </div>
  );
}
