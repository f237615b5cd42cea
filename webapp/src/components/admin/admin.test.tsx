// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, fireEvent, screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import type {ComponentType} from 'react';
import {afterEach, expect, test, vi} from 'vitest';

import {channel, link, town} from '../../../test/answers';
import {Host, serveBelow} from '../../../test/host';
import type {Answer} from '../../../test/host';
import {healthy, idle} from '../../../test/plugin_status';
import {translationsFor} from '../../i18n/translations';
import {Plugin} from '../../plugin';
import type {CustomSettingProps, ServerConfig} from '../../registry';

const base = '/plugins/com.mattermost.msteams-sync';
const id = 'PluginSettings.Plugins.com+mattermost+msteams-sync.statuspanel';

/** What a healthy server answers. */
const answers: Record<string, Answer> = {
    'GET /api/v1/status': {json: healthy},
    'POST /api/v1/checks/credentials': {json: {ok: true, detail: 'Microsoft accepts them.'}},
    'POST /api/v1/checks/consent': {json: {ok: true, detail: 'All 20 permissions are granted.'}},
    'POST /api/v1/checks/webhook': {json: {ok: true, detail: 'It answers.'}},
    'GET /api/v1/connected-users': {json: {users: [], total: 0, page: 0, per_page: 50}},
    'GET /api/v1/whitelist': {json: {users: ['alex@demo.example', 'blake']}},
};

function config(managed = ''): ServerConfig {
    return {
        ServiceSettings: {SiteURL: 'https://chat.example.com/mm/'},
        PluginSettings: {Plugins: {'com.mattermost.msteams-sync': {terraformmanagedkeys: managed}}},
    };
}

/** The component that draws a setting. */
function componentOf(host: Host, key: string): ComponentType<CustomSettingProps> {
    const made = host.record.made('registerAdminConsoleCustomSetting').find(({args}) => args[0] === key);
    if (!made) {
        throw new Error(`${key} is drawn by the host`);
    }
    return made.args[1] as ComponentType<CustomSettingProps>;
}

/** The System Console with one of our settings. */
function open(key: string, {managed = '', changed = {}}: {managed?: string; changed?: Record<string, Answer>} = {}) {
    const fetched = serveBelow(base, {...answers, ...changed});
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    const onChange = vi.fn();
    const Component = componentOf(host, key);
    const page = host.render(
        <Component
            id={id}
            config={config(managed)}
            onChange={onChange}
        />,
    );
    return {fetched, host, onChange, page};
}

/** The line about a part of the plugin. */
function line(title: string) {
    const found = screen.getAllByRole('listitem').find((item) => within(item).queryByText(title));
    if (!found) {
        throw new Error(`nothing is said about ${title}`);
    }
    return found;
}

afterEach(() => {
    vi.unstubAllGlobals();
});

test('says how everything is, and tries out what has to be tried', async () => {
    const {fetched, onChange} = open('statusPanel');
    expect(screen.getByText('Testing…')).toBeInTheDocument();
    await screen.findByText('Credentials, consent and address are in order.');
    expect(line('Plugin')).toHaveTextContent('OKRunning, version 1.2.3.');
    expect(line('Consent')).toHaveTextContent('All 20 permissions are granted.');
    expect(line('Address for notifications')).toHaveTextContent('It answers.');
    expect(fetched).toHaveBeenCalledWith(`${base}/api/v1/checks/webhook`, expect.objectContaining({method: 'POST'}));
    expect(onChange).not.toHaveBeenCalled();
});

test('names problems', async () => {
    open('statusPanel', {changed: {
        'GET /api/v1/status': {json: {...healthy, state: 'not_configured', missing_keys: ['tenantId'], credentials: {state: 'refused', checked_at: null, error: 'AADSTS7000215'}}},
        'POST /api/v1/checks/webhook': {json: {ok: false, detail: 'It does not answer.'}},
        'POST /api/v1/checks/consent': {status: 503, json: {code: 'not_ready', message: 'The plugin is not ready.'}},
    }});
    await screen.findByText('Not everything is in order.');
    expect(line('Plugin')).toHaveTextContent('ProblemSettings are missing: tenantId.');
    expect(line('Credentials')).toHaveTextContent('AADSTS7000215');
    expect(line('Address for notifications')).toHaveTextContent('ProblemIt does not answer.');
    expect(line('Consent')).toHaveTextContent('The plugin is not ready.');
});

const broken = (id: string) => ({channel_id: id, inbound: idle, outbound: {dead: 1, last_event_at: null, last_error: 'stored error', last_error_at: '2026-01-02T00:00:00Z'}});

test('links with errors are named on both sides, and lead to their channels', async () => {
    open('statusPanel', {changed: {
        'GET /api/v1/status': {json: {...healthy, links: [broken('town'), broken('unnamed'), broken('gone')]}},
        'GET /api/v1/my/channels/town/link': {json: channel({link: link({state: 'error', dead: 1, last_error: 'The message is too large.'})})},
        'GET /api/v1/my/channels/unnamed/link': {json: channel({channel: town({display_name: 'Plans'}), link: link({teams_team_name: '', teams_channel_name: ''})})},
    }});
    const named = await screen.findByRole('link', {name: 'Red Team / Town Square'});
    expect(named).toHaveAttribute('href', '/red/channels/town');
    expect(named.closest('li')).toHaveTextContent('Red Team / Town Square with Demo Team / Bridge in TeamsThe message is too large.');
    expect((await screen.findByRole('link', {name: 'Red Team / Plans'})).closest('li')).toHaveTextContent('with demo / 19:bridge in Teamsstored error');
    expect(screen.getByText('gone').closest('li')).toHaveTextContent('stored error');
});

test('of many links with errors ten are named', async () => {
    const {fetched} = open('statusPanel', {changed: {'GET /api/v1/status': {json: {...healthy, links: Array.from({length: 12}, (_, i) => broken(`c${i}`))}}}});
    expect(await screen.findByText('And 2 more; the plugin’s sidebar in a channel lists all.')).toBeInTheDocument();
    await screen.findByText('Credentials, consent and address are in order.');
    const asked = fetched.mock.calls.map(([url]) => url).filter((url) => url.endsWith('/link'));
    expect(new Set(asked).size).toBe(10);
    expect(asked).toHaveLength(10);
});

test('the button tries again, once at a time', async () => {
    const {fetched} = open('statusPanel');
    const button = screen.getByRole('button', {name: 'Test connection'});
    const atFirst = fetched.mock.calls.length;
    expect(button).toHaveAttribute('aria-disabled', 'true');
    fireEvent.click(button);
    expect(fetched.mock.calls.length).toBe(atFirst);
    await screen.findByText('Credentials, consent and address are in order.');
    const before = fetched.mock.calls.length;
    await userEvent.click(button);
    await waitFor(() => {
        expect(fetched.mock.calls.length).toBe(2 * before);
    });
    await screen.findByText('Credentials, consent and address are in order.');
});

test('a state that cannot be read is said, and can be asked for again', async () => {
    open('statusPanel', {changed: {'GET /api/v1/status': {status: 500, json: {code: 'internal', message: 'No.'}}}});
    expect(await screen.findByRole('alert')).toHaveTextContent('The state could not be read.');
});

test('leaving the page ends what is under way', () => {
    const {fetched, page} = open('statusPanel');
    const signals = fetched.mock.calls.map(([, options]) => options.signal);
    page.unmount();
    expect(signals.length).toBeGreaterThan(0);
    expect(signals.every((signal) => signal?.aborted)).toBe(true);
});

test('the redirect URI is copied', async () => {
    const user = userEvent.setup();
    open('statusPanel');
    await user.click(screen.getByRole('button', {name: 'Copy'}));
    const address = 'https://chat.example.com/mm/plugins/com.mattermost.msteams-sync/oauth-redirect';
    expect(await navigator.clipboard.readText()).toBe(address);
    expect(screen.getByLabelText('Redirect URI for the app registration')).toHaveValue(address);
    expect(screen.getByText('Copied.')).toBeInTheDocument();
});

test('where the browser copies nothing, the address is selected', async () => {
    const user = userEvent.setup();
    open('statusPanel');
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'));
    await user.click(screen.getByRole('button', {name: 'Copy'}));
    expect(await screen.findByText(/copy it with the keyboard/)).toBeInTheDocument();
    expect(screen.getByLabelText<HTMLInputElement>('Redirect URI for the app registration').selectionEnd).toBeGreaterThan(0);
});

test('without Terraform there is no word of it', async () => {
    const {host} = open('statusPanel');
    await screen.findByText('Credentials, consent and address are in order.');
    expect(screen.queryByText('Managed by Terraform')).toBeNull();
    expect(host.record.made('registerAdminConsoleCustomSetting')).toHaveLength(2);
});

const settings = [
    {key: 'syncReactions', type: 'bool', display_name: 'Sync reactions', default: true},
    {key: 'cloud', type: 'dropdown', display_name: 'Microsoft cloud', default: 'public', options: [{display_name: 'Public', value: 'public'}, {display_name: 'China', value: 'china'}]},
    {key: 'syncUsers', type: 'number', display_name: 'Sync users interval', default: 0},
    {key: 'caCertificates', type: 'longtext', display_name: 'Additional CA certificates', default: ''},
    {key: 'tenantId', type: 'text', display_name: 'Tenant ID', default: ''},
    {key: 'clientSecret', type: 'text', display_name: 'Client secret', default: '', secret: true},
    {key: 'encryptionKey', type: 'generated', display_name: 'At-rest encryption key', default: '', secret: true},
    {key: 'certificateKey', type: 'longtext', display_name: 'Private key', default: '', secret: true},
];

const managedNote = 'Managed by Terraform: a change made here is undone by the next apply.';

/** The field of a setting that Terraform manages, as the System Console has it. */
async function openManaged(key: string, properties: Partial<CustomSettingProps> = {}) {
    const {host} = open('statusPanel', {managed: key});
    await screen.findByText('Credentials, consent and address are in order.');
    const Managed = componentOf(host, key.toLowerCase());
    host.showManifest(settings);
    const onChange = vi.fn();
    const fieldId = `PluginSettings.Plugins.com+mattermost+msteams-sync.${key.toLowerCase()}`;
    const draw = (value: unknown) => (
        <Managed
            id={fieldId}
            {...properties}
            value={value}
            onChange={onChange}
        />
    );
    const {container, rerender} = host.render(draw(properties.value));
    const field = container.querySelector<HTMLInputElement>(`[id="${fieldId}"]`);
    if (!field) {
        throw new Error('there is no field');
    }
    return {field, fieldId, onChange, redraw: (value: unknown) => {
        rerender(host.page(draw(value)));
    }};
}

test('what Terraform manages is listed by name, and each setting says so', async () => {
    const {host} = open('statusPanel', {managed: 'syncReactions, TENANTID,unknownKey,tenantId'});
    act(() => {
        host.showManifest(settings);
    });
    expect(screen.getByRole('heading', {name: 'Managed by Terraform'})).toBeInTheDocument();
    for (const name of ['Sync reactions', 'Tenant ID', 'unknownkey']) {
        expect(screen.getByText(name)).toBeInTheDocument();
    }
    const marked = host.record.made('registerAdminConsoleCustomSetting').slice(2);
    expect(marked.map(({args}) => [args[0], args[2]])).toEqual(['syncreactions', 'tenantid', 'unknownkey'].map((key) => [key, {showTitle: false}]));
    await screen.findByText('Credentials, consent and address are in order.');
});

test.each<[string, unknown, (field: HTMLElement) => Promise<void>, unknown]>([
    ['syncReactions', undefined, (field) => userEvent.selectOptions(field, 'False'), false],
    ['syncReactions', 'false', (field) => userEvent.selectOptions(field, 'True'), true],
    ['cloud', 'public', (field) => userEvent.selectOptions(field, 'China'), 'china'],
    ['syncUsers', 1, (field) => userEvent.type(field, '5'), 15],
    ['caCertificates', 'a', (field) => userEvent.type(field, 'b'), 'ab'],
    ['tenantId', 'a', (field) => userEvent.type(field, 'b'), 'ab'],
])('a managed %s can be changed all the same', async (key, value, change, want) => {
    const {field, fieldId, onChange} = await openManaged(key, {value});
    expect(field).toHaveAccessibleDescription(managedNote);
    expect(field).toHaveAccessibleName(settings.find((setting) => setting.key === key)?.display_name);
    await change(field);
    expect(onChange).toHaveBeenLastCalledWith(fieldId, want);
});

test("a managed setting keeps the host's title and help", async () => {
    const {field} = await openManaged('tenantId', {label: 'Title', helpText: <span>{'What it is for.'}</span>});
    expect(field).toHaveAccessibleName('Title');
    expect(field).toHaveAccessibleDescription(`What it is for. ${managedNote}`);
});

test.each([
    ['disabled', {disabled: true}],
    ['set by an environment variable', {setByEnv: true}],
])('a managed setting that is %s cannot be changed', async (_name, properties) => {
    const {field} = await openManaged('encryptionKey', properties);
    expect(field).toBeDisabled();
    expect(screen.getByRole('button', {name: 'Regenerate'})).toBeDisabled();
});

test.each(['clientSecret', 'encryptionKey'])('a managed secret such as %s is not shown, nor kept by the browser', async (key) => {
    const {field} = await openManaged(key, {value: 'hidden'});
    expect(field).toHaveAttribute('type', 'password');
    expect(field).toHaveAttribute('autocomplete', 'new-password');
});

test('a managed secret of several lines is not shown', async () => {
    const {field} = await openManaged('certificateKey', {value: 'hidden'});
    expect(field).toHaveClass('msteams-sync-secret');
    expect(field).toHaveAttribute('autocomplete', 'off');
});

test('a managed key can be made anew, and is shown then', async () => {
    const {field, fieldId, onChange, redraw} = await openManaged('encryptionKey', {value: 'old'});
    const button = screen.getByRole('button', {name: 'Regenerate'});
    await userEvent.click(button);
    const [changed, key] = onChange.mock.calls[0] as [string, string];
    expect(changed).toBe(fieldId);
    expect(key).toMatch(/^[\w-]{32}$/);
    redraw(key);
    expect(field).toHaveValue(key);
    expect(field).toHaveAttribute('type', 'text');
    await userEvent.click(button);
    expect(onChange.mock.calls[1]?.[1]).not.toBe(key);
});

test('what is no key cannot be made', async () => {
    await openManaged('clientSecret');
    expect(screen.queryByRole('button', {name: 'Regenerate'})).toBeNull();
});

test('the whitelist is counted, and its file and the report can be had', async () => {
    open('accessPanel');
    expect(await screen.findByText('It has 2 entries.', {exact: false})).toBeInTheDocument();
    expect(screen.getByRole('link', {name: 'Download list'})).toHaveAttribute('href', `${base}/api/v1/whitelist?format=csv`);
    expect(screen.getByRole('link', {name: 'Download report'})).toHaveAttribute('href', `${base}/api/v1/connected-users?format=csv`);
});

test('who is connected is listed there', async () => {
    const alex = {mattermost_user_id: 'alex', username: 'alex', teams_display_name: 'Alex Demo', teams_user_principal_name: 'alex@demo.example', teams_mail: '', token_state: 'ok', reason: ''};
    open('accessPanel', {changed: {'GET /api/v1/connected-users': {json: {users: [alex], total: 1, page: 0, per_page: 50}}}});
    expect(await screen.findByText('Connected users: 1.')).toBeInTheDocument();
    expect(screen.getByRole('listitem')).toHaveTextContent('@alex Alex Demo alex@demo.example');
});

test('a file replaces the whitelist, and what could not be taken is named', async () => {
    const {fetched} = open('accessPanel', {changed: {'PUT /api/v1/whitelist': {json: {count: 1, failed: ['no one'], failed_lines: [2]}}}});
    await userEvent.upload(screen.getByLabelText('Replace by a file…'), new File(['alex@demo.example\nno one\n'], 'list.csv', {type: 'text/csv'}));
    expect(await screen.findByText('The list was replaced. It has 1 entries now.')).toBeInTheDocument();
    expect(screen.getByText('Lines that name nobody and were left out: 1.')).toBeInTheDocument();
    expect(screen.getByText('Line 2: no one')).toBeInTheDocument();
    expect(screen.getByText('It has 1 entries.', {exact: false})).toBeInTheDocument();
    const [, options] = fetched.mock.calls.at(-1) ?? [];
    expect(options).toMatchObject({method: 'PUT', headers: {'Content-Type': 'text/csv'}});
    expect(options?.body).toBeInstanceOf(Blob);
});

test('a file that names nobody changes nothing', async () => {
    open('accessPanel', {changed: {'PUT /api/v1/whitelist': {status: 400, json: {code: 'bad_request', message: 'The file names nobody.'}}}});
    await userEvent.upload(screen.getByLabelText('Replace by a file…'), new File([''], 'list.csv', {type: 'text/csv'}));
    expect(await screen.findByRole('alert')).toHaveTextContent('The list was not replaced. The file names nobody.');
});

test.each(['de', 'es', 'fr', 'ja'])('the panels speak %s', async (locale) => {
    serveBelow(base, answers);
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    const Component = componentOf(host, 'statusPanel');
    host.render(
        <Component
            id={id}
            config={config()}
            onChange={vi.fn()}
        />,
        locale,
    );
    const {'msteams_sync.admin.test': button, 'msteams_sync.admin.test_good': good} = translationsFor(locale);
    expect(await screen.findByText(good)).toBeInTheDocument();
    expect(screen.getByRole('button', {name: button})).toBeInTheDocument();
});
