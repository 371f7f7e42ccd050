"""The field's terms as types: identifiers, commands, events; one file per noun."""
