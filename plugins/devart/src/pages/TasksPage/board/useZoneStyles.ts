import { makeStyles } from '@material-ui/core/styles';

export const useZoneStyles = makeStyles(theme => ({
  root: {
    flex: 1,
    minHeight: 96,
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(1),
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    border: `2px dashed ${theme.palette.text.secondary}`,
    borderRadius: theme.shape.borderRadius,
  },
  over: {
    borderStyle: 'solid',
    borderColor: theme.palette.primary.main,
    boxShadow: `inset 0 0 0 2px ${theme.palette.primary.main}`,
  },
  closed: {
    borderStyle: 'dotted',
    backgroundColor: theme.palette.background.default,
  },
}));
