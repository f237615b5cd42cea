// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
    {ignores: ['dist/', 'node_modules/']},
    js.configs.recommended,
    {
        files: ['**/*.{ts,tsx}'],
        extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
        plugins: {'react-hooks': reactHooks},
        languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
        rules: {
            'react-hooks/rules-of-hooks': 'error',
            'react-hooks/exhaustive-deps': 'error',

            // Hosts run React 17 to 19: hooks that 17 lacks, and hooks of react-redux that 7 lacks, would crash there.
            'no-restricted-imports': ['error', {
                paths: [
                    {name: 'react', importNames: ['useId', 'useSyncExternalStore', 'useTransition', 'useDeferredValue', 'use'], message: 'React 17 does not have it.'},
                    {name: 'react-dom/client', message: 'Mattermost renders; a plugin does not create roots.'},
                    {name: 'react/jsx-runtime', message: 'Hosts before Mattermost 12 do not have it.'},
                ],
            }],
            'no-console': 'error',
            '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
        },
    },
    {
        files: ['scripts/**/*.mjs'],
        languageOptions: {globals: {process: 'readonly', console: 'readonly', URL: 'readonly'}},
    },
);
