"""The full-screen inbox, on Textual: a door like the commands, and loaded by one of them alone.

`app` is the program on the screen, `listing` what fills it, `screens` what its keys do, `dialogs` what is asked before it,
`paperlist` and `widgets` its parts, `keys` the one table of what can be pressed, `desk` the threads that hold the library,
`learning` the one that learns, `messages` what they send back.
"""
