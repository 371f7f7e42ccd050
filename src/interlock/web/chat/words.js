// @ts-check
// What are the chat's own words in the language of the conversation? Found by the English text; what has no translation stays so.
import { signal } from '../lib.js';

/** The language that the conversation is held in (ISO 639-1). */
export const language = signal('en');

/** @type {Record<string, Record<string, string>>} */
export const WORDS = {
  de: {
    'Close the chat': 'Chat schließen', 'Open the chat': 'Chat öffnen', 'Open the chat, {count} unread': 'Chat öffnen, {count} ungelesen',
    '{count} new messages in the chat': '{count} neue Nachrichten im Chat', '1 new message in the chat': '1 neue Nachricht im Chat', Chat: 'Chat',
    'No connection. What you write is kept and sent when it is back.': 'Keine Verbindung. Was Sie schreiben, wird aufbewahrt und gesendet, sobald sie wieder da ist.',
    'Try now': 'Jetzt versuchen', 'Connecting…': 'Verbindung wird aufgebaut …', 'Leave the queue?': 'Warteschlange verlassen?', 'End the chat?': 'Chat beenden?',
    'Leave the queue? You lose your place.': 'Warteschlange verlassen? Sie verlieren Ihren Platz.', 'Leave queue': 'Warteschlange verlassen', 'End chat': 'Chat beenden',
    'Keep my place': 'Platz behalten', 'Go on': 'Weiter', 'This conversation has ended.': 'Dieses Gespräch ist beendet.', 'Start a new conversation': 'Neues Gespräch beginnen',
    'I would like to talk to a person': 'Ich möchte mit einem Menschen sprechen', 'Talk to a person': 'Mit einem Menschen sprechen',
    'A colleague': 'Ein Mensch von uns', 'Waiting for a person': 'Sie warten auf einen Menschen', 'Virtual assistant': 'Virtueller Assistent',
    '{name} · virtual assistant': '{name} · virtueller Assistent', 'Close the window; the conversation goes on': 'Fenster schließen; das Gespräch geht weiter',
    'You are {place} in line': 'Sie sind an {number}. Stelle', 'You are in line': 'Sie sind in der Warteschlange', 'waiting {time}': 'Sie warten seit {time}', ' · about {time} to go': ' · noch etwa {time}',
    'This conversation ends soon if you do not answer.': 'Dieses Gespräch endet bald, wenn Sie nicht antworten.', 'I am still here': 'Ich bin noch da',
    'How can we help?': 'Wie können wir helfen?', 'Write to pick this conversation up again': 'Schreiben Sie, um dieses Gespräch wieder aufzunehmen',
    'Write to {name}': 'An {name} schreiben', 'Write to our colleague': 'Schreiben Sie uns', 'Write a message': 'Nachricht schreiben', '{count} characters too long': '{count} Zeichen zu lang', Send: 'Senden',
    'You agreed': 'Sie haben zugestimmt', 'You said no. Nothing was changed': 'Sie haben abgelehnt. Es wurde nichts geändert', 'Withdrawn. Nothing was changed': 'Zurückgezogen. Es wurde nichts geändert',
    'This has run out': 'Das ist abgelaufen', 'This could not be confirmed': 'Das konnte nicht bestätigt werden', 'The time has come': 'Es ist so weit',
    'The code was right': 'Der Code war richtig', 'Too many wrong codes': 'Zu viele falsche Codes', 'The code has run out': 'Der Code ist abgelaufen', 'The code could not be sent': 'Der Code konnte nicht gesendet werden',
    'A counter-offer': 'Ein Gegenangebot', 'Sending…': 'Wird gesendet …', 'Not now': 'Nicht jetzt', 'Not before': 'Nicht vor', Withdraw: 'Zurückziehen', 'Checking…': 'Wird geprüft …', Confirm: 'Bestätigen', Choose: 'Auswählen',
    'That is not the code that we sent.': 'Das ist nicht der Code, den wir gesendet haben.', 'That was not accepted. Please look at it once more.': 'Das wurde nicht angenommen. Bitte sehen Sie es sich noch einmal an.',
    Conversation: 'Gespräch', '{name} is writing': '{name} schreibt', You: 'Sie', Colleague: 'Ein Mensch von uns', 'Our colleague': 'Jemand von uns', 'New conversation · ': 'Neues Gespräch · ', Today: 'Heute',
    'Written by a language model, within the bounds of the company': 'Von einem Sprachmodell geschrieben, in den Grenzen des Unternehmens', AI: 'KI',
    'The assistant has taken back what it began to say.': 'Der Assistent hat zurückgenommen, was er sagen wollte.', 'Not sent: {problem}': 'Nicht gesendet: {problem}', 'Try again': 'Noch einmal', Remove: 'Entfernen',
    'Sent as soon as you are connected': 'Wird gesendet, sobald die Verbindung steht', 'Go on elsewhere': 'Woanders weitermachen', 'I have a code': 'Ich habe einen Code', Close: 'Schließen', Cancel: 'Abbrechen', 'One moment…': 'Einen Augenblick …',
    'Go on here': 'Hier weitermachen', 'Go on here with what we talked about?': 'Hier mit dem weitermachen, worüber wir gesprochen haben?',
    'Send it to my e-mail address': 'An meine E-Mail-Adresse senden', 'Sent to {address}. It is good for ten minutes.': 'Gesendet an {address}. Es gilt zehn Minuten.',
    'Go on by phone, or in another browser': 'Am Telefon oder in einem anderen Browser weitermachen', 'The code from the phone or the other chat': 'Der Code vom Telefon oder aus dem anderen Chat',
    'On the phone, press # and then these digits. In another chat, choose “I have a code”. It is good once, until {time}. Nobody of us will ever ask you to tell it.':
      'Am Telefon drücken Sie # und dann diese Ziffern. In einem anderen Chat wählen Sie „Ich habe einen Code“. Er gilt einmal, bis {time}. Niemand von uns wird Sie je danach fragen.',
  },
};

/** A text in the language of the conversation, with its `{names}` filled in. @param {string} text @param {Record<string, string | number>} [values] */
export function t(text, values = {}) {
  const said = WORDS[language.value]?.[text] ?? text;
  return said.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
