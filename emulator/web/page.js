/* Copyright (c) The terraform-provider-msteamssync authors */
/* SPDX-License-Identifier: MPL-2.0 */

'use strict';

// Parts of the page that carry data-live are replaced when the server has news; the form is left alone.
const form = document.getElementById('write');
let etag = '';
let replyTo = '';

async function refresh() {
  const response = await fetch(location.href, {headers: etag ? {'If-None-Match': etag} : {}});
  if (response.status !== 200) return;
  etag = response.headers.get('ETag') || '';
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const news = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (news && news.innerHTML !== part.innerHTML) part.replaceChildren(...news.childNodes);
  }
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch (error) {
    etag = ''; // the emulator may have been restarted
  }
  setTimeout(watch, 1000);
}

function base() {
  if (form.dataset.chat) return `/_emulator/chats/${encodeURIComponent(form.dataset.chat)}/messages`;
  return `/_emulator/teams/${form.dataset.team}/channels/${encodeURIComponent(form.dataset.channel)}/messages`;
}

async function send(method, path, body) {
  const failure = document.getElementById('failure');
  failure.textContent = '';
  const response = await fetch(base() + path, {method, body: body ? JSON.stringify(body) : undefined});
  if (!response.ok) {
    const answer = await response.json().catch(() => ({error: response.statusText}));
    failure.textContent = answer.error;
    return false;
  }
  await refresh();
  return true;
}

function answer(id, text) {
  replyTo = id;
  document.getElementById('answering').hidden = !id;
  document.getElementById('answered').textContent = text;
  document.getElementById('content').focus();
}

if (form) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const sent = await send('POST', '', {as: form.as.value, content: form.content.value, replyTo});
    if (sent) {
      form.content.value = '';
      answer('', '');
    }
  });
  form.content.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.getElementById('cancel').addEventListener('click', () => answer('', ''));
  document.getElementById('messages').addEventListener('click', (event) => {
    const action = event.target.dataset.do;
    const message = event.target.closest('.message');
    if (!action || !message) return;
    const {id, root, author} = message.dataset;
    const path = root ? `/${root}/replies/${id}` : `/${id}`;
    switch (action) {
      case 'reply':
        return answer(root || id, message.querySelector('.byline strong').textContent);
      case 'react':
        return send('POST', path + '/reactions', {as: form.as.value, emoji: '👍'});
      case 'edit': {
        const content = prompt('New content (HTML)', message.querySelector('.body').innerHTML);
        return content === null ? undefined : send('PATCH', path, {as: author, content});
      }
      case 'delete':
        return send('DELETE', `${path}?as=${encodeURIComponent(author)}`);
      case 'undelete':
        return send('POST', path + '/undelete', {as: form.as.value});
    }
  });
}

watch();
