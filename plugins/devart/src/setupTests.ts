import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Whole pages, typed into key by key, take their time on a slow machine.
jest.setTimeout(120_000);
configure({ asyncUtilTimeout: 20_000 });

// jsdom has no layout and so nothing to scroll.
Element.prototype.scrollIntoView = () => {};
