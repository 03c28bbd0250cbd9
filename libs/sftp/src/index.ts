/** SFTP version 3 (draft-ietf-secsh-filexfer-02) as pure state machines: octets of a channel in, requests and answers out. */
export {};
