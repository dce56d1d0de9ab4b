import IconButton from '@material-ui/core/IconButton';
import ListItemText from '@material-ui/core/ListItemText';
import Menu from '@material-ui/core/Menu';
import MenuItem from '@material-ui/core/MenuItem';
import { makeStyles } from '@material-ui/core/styles';
import MoreIcon from '@material-ui/icons/MoreVert';
import { useState } from 'react';

/** An entry of an {@link ActionMenu}. */
export interface MenuAction {
  label: string;
  /** Why it cannot be used. */
  disabledReason?: string;
  onSelect: () => void;
}

const useStyles = makeStyles(theme => ({
  item: { maxWidth: 320 },
  disabled: { cursor: 'not-allowed', color: theme.palette.text.secondary },
  // Whoever cannot use an entry should at least be able to read why.
  reason: { whiteSpace: 'normal', color: theme.palette.text.primary },
}));

/** What can be done with something, behind a button; entries that cannot be used say why. */
export function ActionMenu(props: { label: string; actions: MenuAction[] }) {
  const classes = useStyles();
  const { label, actions } = props;
  const [anchor, setAnchor] = useState<HTMLElement>();
  const close = () => setAnchor(undefined);
  return (
    <>
      <IconButton
        size="small"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={Boolean(anchor)}
        onClick={event => setAnchor(event.currentTarget)}
      >
        <MoreIcon fontSize="small" />
      </IconButton>
      <Menu
        open={Boolean(anchor)}
        anchorEl={anchor}
        getContentAnchorEl={null}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        onClose={close}
        MenuListProps={{ 'aria-label': label, dense: true }}
      >
        {actions.map(action => (
          <MenuItem
            key={action.label}
            className={`${classes.item} ${
              action.disabledReason ? classes.disabled : ''
            }`}
            aria-disabled={action.disabledReason ? true : undefined}
            disableRipple={Boolean(action.disabledReason)}
            onClick={
              action.disabledReason
                ? undefined
                : () => {
                    close();
                    action.onSelect();
                  }
            }
          >
            <ListItemText
              primary={action.label}
              secondary={action.disabledReason}
              secondaryTypographyProps={{ className: classes.reason }}
            />
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
