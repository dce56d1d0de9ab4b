import '@testing-library/jest-dom';

// Material UI 4 warns of React 18's strict mode in every test that renders a
// button; nothing here can change that, and it hides what matters.
const { error } = console;
// eslint-disable-next-line no-console
console.error = (message: unknown, ...rest: unknown[]) => {
  if (!String(message).includes('findDOMNode is deprecated')) {
    error(message, ...rest);
  }
};
