export { authModuleGuests as default } from './authModuleGuests';
