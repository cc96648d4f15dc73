/** What `/webauthn.js` defines: @simplewebauthn/browser as one prebuilt file. */
declare const SimpleWebAuthnBrowser: typeof import('@simplewebauthn/browser');
