from headline.cli import main

raise SystemExit(main())
