// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import adminStyles from './components/admin/admin.css?inline';
import dialogStyles from './components/dialog/dialog.css?inline';
import failureStyles from './components/failure/failure.css?inline';
import linkStyles from './components/link_dialog/link_dialog.css?inline';
import markStyles from './components/linked_mark/linked_mark.css?inline';
import noticeStyles from './components/notice/notice.css?inline';
import questionStyles from './components/question/question.css?inline';
import pickerStyles from './components/search_picker/search_picker.css?inline';
import sidebarStyles from './components/sidebar/sidebar.css?inline';
import postStyles from './components/sync_status/sync_status.css?inline';
import userStyles from './components/teams_user/teams_user.css?inline';

/**
 * Adds the plugin's styles to the page: Mattermost loads one script and no style sheet of a plugin.
 *
 * @returns what removes them.
 */
export function addStyles(): () => void {
    const element = document.createElement('style');
    element.dataset.plugin = 'msteams-sync';
    element.textContent = [
        dialogStyles, noticeStyles, adminStyles, failureStyles, linkStyles, markStyles, pickerStyles, questionStyles, postStyles, sidebarStyles, userStyles,
    ].join('\n');
    document.head.append(element);
    return () => {
        element.remove();
    };
}
