import type { EffectClass } from '@devart/plugin-devart-common';
import DestructiveIcon from '@material-ui/icons/DeleteForeverOutlined';
import ExternalIcon from '@material-ui/icons/Public';
import NoneIcon from '@material-ui/icons/Remove';
import RepeatableIcon from '@material-ui/icons/Replay';
import { EFFECT_EXPLANATIONS, EFFECT_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<EffectClass, { Icon: typeof NoneIcon; tone: Tone }> = {
  none: { Icon: NoneIcon, tone: 'aborted' },
  idempotent: { Icon: RepeatableIcon, tone: 'ok' },
  external: { Icon: ExternalIcon, tone: 'warning' },
  destructive: { Icon: DestructiveIcon, tone: 'error' },
};

/** What doing something means for the world. */
export function EffectLabel({ effect }: { effect: EffectClass }) {
  return (
    <IconLabel {...LOOKS[effect]} title={EFFECT_EXPLANATIONS[effect]}>
      {EFFECT_WORDS[effect]}
    </IconLabel>
  );
}
