import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Whole pages, typed into key by key, take their time on a slow machine.
jest.setTimeout(120_000);
configure({ asyncUtilTimeout: 20_000 });

// jsdom has no layout and so nothing to scroll.
Element.prototype.scrollIntoView = () => {};

// Without a layout style sheets decide nothing that a test looks at, and jsdom
// matches each of their thousand rules with an element whenever it is asked: it
// took more than half of the time of tests that look for roles.
window.getComputedStyle = element => (element as HTMLElement).style;
