// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The part of Mattermost's plugin registry that this plugin calls. Mattermost publishes no type for it
// (developers.mattermost.com, "Web app plugin reference"). A member marked optional is newer than the manifest's
// min_server_version or internal to Mattermost: calling it unguarded would blank the page of an older host.

import type {Channel} from '@mattermost/types/channels';
import type {GlobalState} from '@mattermost/types/store';
import type {UserProfile} from '@mattermost/types/users';
import type {ComponentType, ReactNode} from 'react';
import type {Action, Reducer, Store} from 'redux';

/** What a plugin hands to window.registerPlugin. */
export interface WebappPlugin {
    initialize(registry: PluginRegistry, store: Store<GlobalState>): void;
    uninitialize(): void;
}

/** One event of the host's websocket. */
export interface WebSocketMessage<Data = unknown> {
    event: string;
    data: Data;
}

/** What a component of a custom setting gets, as far as it is used here. */
export interface CustomSettingProps {

    /** Where the setting stands in the server's configuration, with "+" for the dots of the plugin's id. */
    id: string;

    /** The setting's title, and the manifest's text about it. */
    label?: ReactNode;
    helpText?: ReactNode;

    /** The stored value; undefined when there is none. */
    value?: unknown;

    /** The viewer may not change it. */
    disabled?: boolean;

    /** An environment variable of the server has the last word on the value. */
    setByEnv?: boolean;

    /** The server's configuration as it is stored. */
    config?: ServerConfig;

    /** Changes the value in the page; it is stored when the page is saved. */
    onChange: (id: string, value: unknown) => void;
}

/** The server's configuration, as far as it is used here. */
export interface ServerConfig {
    ServiceSettings?: {SiteURL?: string};
    PluginSettings?: {Plugins?: Record<string, Record<string, unknown> | undefined>};
}

/** A tab in the user's settings. The host keeps the values as preferences of category "pp_<plugin id>". */
export interface UserSettings {
    id: string;
    uiName: string;
    icon?: string;

    /** Drawn above the sections. */
    action?: {title: string; text: string; buttonText: string; onClick: () => void};
    sections: UserSettingsSection[];
}

export interface UserSettingsSection {
    title: string;
    disabled?: boolean;
    settings: RadioSetting[];
}

export interface RadioSetting {
    type: 'radio';

    /** The preference's name. */
    name: string;
    title: string;
    helpText?: string;
    default: string;
    options: {value: string; text: string; helpText?: string}[];
}

/** What registering a right-hand sidebar gives: its id, and actions for the store. */
export interface RightHandSidebar {
    id: string;
    showRHSPlugin: Action;
    hideRHSPlugin: Action;
    toggleRHSPlugin: Action;
}

/** A tab in a channel's settings that the plugin draws and saves by itself. */
export interface ChannelSettingsTab {

    /** Shown as it is: the host translates nothing. */
    uiName: string;

    /** Class of one of the host's icons. */
    icon?: string;
    shouldRender?: (state: GlobalState, channel: Channel) => boolean;
    component: ComponentType<{channel: Channel}>;
}

export interface PluginRegistry {

    /** The reducer's state appears under "plugins-<plugin id>"; the host removes it together with the plugin. */
    registerReducer(reducer: Reducer<never, Action>): void;

    /** Drawn in the channel view and the integrations backstage. Returns the id that unregisterComponent takes. */
    registerRootComponent(component: ComponentType): string;

    /** Drawn in products (Boards, Playbooks) as well. Internal to Mattermost. */
    registerGlobalComponent?(component: ComponentType): string;

    /** Drawn below the text of every post. */
    registerPostMessageAttachmentComponent(component: ComponentType<{postId: string}>): string;

    /** Drawn in the card about a user, below what the host says of them. */
    registerPopoverUserAttributesComponent(component: ComponentType<{user: UserProfile}>): string;

    /** Drawn beside a channel's name in its header. Newer than 10.11. Hosts differ in which properties they give. */
    registerChannelHeaderIcon?(component: ComponentType<{channel?: Channel}>): string;

    /** Drawn beside a channel's name in the sidebar. Internal to Mattermost. */
    registerSidebarChannelLinkLabelComponent?(component: ComponentType<{channel: Channel}>): string;

    /** An entry of the main menu. */
    registerMainMenuAction(text: ReactNode, action: () => void, mobileIcon?: ReactNode): string;

    /** A tab in the user's settings, from 9.5 on. Registering again replaces it; the host drops it together with the plugin. */
    registerUserSettings?(settings: UserSettings): void;

    /** An entry of the channel's menu; the action gets the channel's id. */
    registerChannelHeaderMenuAction(text: ReactNode, action: (channelId: string) => void, shouldRender?: (state: GlobalState) => boolean): string;

    /** A button in the channel's header. Hosts with an app bar draw it there. */
    registerChannelHeaderButtonAction(icon: ReactNode, action: (channel: Channel) => void, dropdownText: ReactNode, tooltip: ReactNode): string;

    /** A button in the app bar. Where there is one, the header's button of the same plugin is not drawn. */
    registerAppBarComponent?(iconURL: string, action: (channel: Channel) => void, tooltip: ReactNode): string;

    registerRightHandSidebarComponent(component: ComponentType, title: ReactNode): RightHandSidebar;

    /** A tab in the settings of channels, from 11.10 on. The host takes it back together with the plugin. */
    registerChannelSettingsTab?(tab: ChannelSettingsTab): string;

    unregisterComponent(componentId: string): void;

    /** The server's event "x" arrives as "custom_<plugin id>_x". */
    registerWebSocketEventHandler(event: string, handler: (message: WebSocketMessage) => void): void;
    unregisterWebSocketEventHandler(event: string): void;

    /** Runs after the websocket was down: events may have been missed. */
    registerReconnectHandler(handler: () => void): void;
    unregisterReconnectHandler(): void;

    /**
     * Has a setting of the manifest drawn by a component, in the System Console, whatever the setting's type is. It cannot
     * be taken back; the host drops it together with the plugin.
     */
    registerAdminConsoleCustomSetting(key: string, component: ComponentType<CustomSettingProps>, options?: {showTitle: boolean}): void;

    /** Merges messages into the host's IntlProvider; the host drops them together with the plugin. */
    registerTranslations(translationsFor: (locale: string) => Record<string, string>): void;
}
