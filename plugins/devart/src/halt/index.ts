export { HaltNotice } from './HaltNotice';
export { KillSwitch } from './KillSwitch';
