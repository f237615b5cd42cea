// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {PluginRegistry} from '../src/registry';

type Members = keyof PluginRegistry;

/** What every supported host has: the members of the registry that are not optional. */
type FloorMember = {[Member in Members]-?: undefined extends PluginRegistry[Member] ? never : Member}[Members];

/** The members that the oldest supported host has; the compiler keeps the list complete. */
const floor: Record<FloorMember, true> = {
    registerAdminConsoleCustomSetting: true,
    registerChannelHeaderButtonAction: true,
    registerChannelHeaderMenuAction: true,
    registerMainMenuAction: true,
    registerPopoverUserAttributesComponent: true,
    registerPostMessageAttachmentComponent: true,
    registerReconnectHandler: true,
    registerReducer: true,
    registerRightHandSidebarComponent: true,
    registerRootComponent: true,
    registerTranslations: true,
    registerWebSocketEventHandler: true,
    unregisterComponent: true,
    unregisterReconnectHandler: true,
    unregisterWebSocketEventHandler: true,
};

/** Registrations that cannot be taken back; the host drops them together with the plugin. */
const droppedByHost = new Set(['registerAdminConsoleCustomSetting', 'registerChannelSettingsTab', 'registerReducer', 'registerTranslations', 'registerUserSettings']);

/** Registrations that are taken back by the name that they were made with, or, having none, as the only one. */
const takenBackByName = new Set(['registerReconnectHandler', 'registerWebSocketEventHandler']);

/** One registration that stands. */
export interface Registered {

    /** Which member of the registry made it. */
    call: string;
    args: readonly unknown[];

    /** What takes it back: an id, or the name that it was made with. */
    id: string;
}

/**
 * A registry that takes every registration and remembers which of them stand. It needs no change for members that are
 * called later: those that begin with register give an id, which unregisterComponent takes, unless the lists above say
 * something else.
 */
export class RecordingRegistry {
    readonly registered: Registered[] = [];
    readonly registry: PluginRegistry;

    private count = 0;

    /** @param has tells which members the host has. */
    constructor(has: (member: string) => boolean = () => true, private readonly onRegister: (made: Registered) => void = () => undefined) {
        this.registry = new Proxy({}, {
            get: (_target, member) => (typeof member === 'string' && has(member) ? this.member(member) : undefined),
        }) as PluginRegistry;
    }

    /** The registrations of one kind, oldest first. */
    made(call: Members): Registered[] {
        return this.registered.filter((made) => made.call === call);
    }

    /** What a plugin has to take back and has not. */
    left(): string[] {
        return this.registered.filter(({call}) => !droppedByHost.has(call)).map(({call, id}) => `${call} ${id}`);
    }

    private member(name: string): (...args: unknown[]) => unknown {
        if (name.startsWith('unregister')) {
            return (id = '') => {
                const call = name === 'unregisterComponent' ? null : name.slice('un'.length);
                this.takeBack(call, String(id));
            };
        }
        return (...args) => this.register(name, args);
    }

    private register(call: string, args: unknown[]): unknown {
        const named = takenBackByName.has(call);
        const first = args[0];
        const id = named ? (typeof first === 'string' ? first : '') : `${call}-${this.count++}`;
        if (named && this.registered.some((made) => made.call === call && made.id === id)) {
            throw new Error(`${call} ${id}: the host would forget the handler that is registered already`);
        }
        const made = {call, args, id};
        this.registered.push(made);
        this.onRegister(made);
        if (call === 'registerRightHandSidebarComponent') {
            const action = (type: string) => ({type: `test/${type}`, id});
            return {id, showRHSPlugin: action('show_rhs'), hideRHSPlugin: action('hide_rhs'), toggleRHSPlugin: action('toggle_rhs')};
        }
        return named || droppedByHost.has(call) ? undefined : id;
    }

    private takeBack(call: string | null, id: string): void {
        const at = this.registered.findIndex((made) => made.id === id && (call ? made.call === call : !takenBackByName.has(made.call)));
        if (at < 0) {
            throw new Error(`nothing is registered as ${id}`);
        }
        this.registered.splice(at, 1);
    }
}

/** The registry of the oldest supported host. */
export function isAtTheFloor(member: string): boolean {
    return member in floor;
}
