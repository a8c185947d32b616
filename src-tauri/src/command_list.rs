// Every command of the window, named once. build.rs makes a permission of each, lib.rs the handler, and a test
// holds capabilities/main.json against it. Included in both places, so a plain comment and no module header.
macro_rules! with_commands {
    ($then:ident) => {
        $then! {
            snapshot, rows, settings_set, vault_now, vault_retry,
            environment, paste_look, paste_check, paste_keep, clipboard_clear,
            connection, connection_test, connection_renew, connection_rename, connection_set_person,
            connection_remove, connection_restore, connection_copy, connection_reveal,
            connection_revoke, alias_set, alias_remove,
            apps, app_add, app_update, app_remove,
            consent_begin, consent_end, consent_decide, consent_cancel, consent_paste, consent_open, consent_copy_link,
            servers, enrol, card_inspect, server_add,
            seal, receipt, recall, take_back,
            open_folder, open_link
        }
    };
}
